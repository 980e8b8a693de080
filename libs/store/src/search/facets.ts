import type { Database } from '../database.js';
import { parameters } from '../page.js';
import { outcomeNamed } from './attributes.js';
import { conditionOf, type Writing } from './filter-sql.js';
import { filtersOf } from './filters.js';
import { looked } from './find-runs.js';
import type { RunFilter } from './run-filter.js';
import { sourceOf } from './source.js';

/** Fields whose values are counted, beside `attributes.NAME` and `outcomes.NAME`. */
export const FACETS = ['pipeline', 'status', 'state', 'code', 'tags'] as const;
const MOST_VALUES = 50;
const ATTRIBUTE = /^(attributes|outcomes)\.([a-zA-Z][a-zA-Z0-9_]{0,49})$/;

/** Returns true for a field whose values can be counted. */
export const isFacet = (field: string): boolean => ATTRIBUTE.test(field) || FACETS.some((one) => one === field);

export interface FacetRequest extends RunFilter {
  readonly by: string;
  /** The most runs that are looked at: the newest ones. */
  readonly atMost: number;
}

export interface Facet {
  readonly values: readonly { readonly value: string | number; readonly count: number }[];
  /** False where there are older runs that were not looked at. */
  readonly isComplete: boolean;
}

interface Row {
  readonly text: string | null;
  readonly number: number | null;
  readonly count: number;
  readonly looked: number;
  readonly part: number;
}

/** Counts the values of a field among the newest runs that a filter wants. */
export async function facetOf(
  { query, dialect }: Pick<Database, 'query' | 'dialect'>,
  { by, atMost, where, parent, ...asked }: FacetRequest,
): Promise<Facet> {
  const { values, value } = parameters();
  const writing: Writing = { dialect, value, rows: 'tested' };
  const source = sourceOf([...filtersOf(asked), ...(where ? [where] : [])], parent);
  const conditions = source.parts(writing);
  if (conditions.length === 0) return { values: [], isComplete: true };
  const each = Math.max(1, Math.floor(atMost / conditions.length));
  const most = value(each);
  const bounds = source.times.map(
    ({ by: ordering, value: time }) => `accepted_at ${ordering} ${dialect.time(value(time))}`,
  );
  const rest = conditionOf({ is: 'and', of: source.rest }, writing);
  const [from, text, number] = columnsOf(by, writing);
  const parts = conditions.map(
    (condition, part) =>
      `select ${part} as part, ${text} as text, ${number} as number, cast(sum(case when ${rest} then 1 else 0 end) as int) as count,
         cast(count(distinct tested.id) as int) as looked
       from (${looked(source, [condition, ...bounds].join(' and '), { most, dialect })}) tested ${from} group by 2, 3`,
  );
  const rows = await query<Row>(parts.join(' union all '), values);
  return facetFrom(rows, each);
}

function facetFrom(rows: readonly Row[], each: number): Facet {
  const counts = new Map<string | number, number>();
  const lookedAt = new Map<number, number>();
  for (const { text, number, count, part, looked: more } of rows) {
    lookedAt.set(part, (lookedAt.get(part) ?? 0) + more);
    const value = text ?? number;
    if (value !== null && count > 0) counts.set(value, (counts.get(value) ?? 0) + count);
  }
  const sorted = [...counts].sort(([a, one], [b, other]) => other - one || (String(a) < String(b) ? -1 : 1));
  return {
    values: sorted.slice(0, MOST_VALUES).map(([value, count]) => ({ value, count })),
    isComplete: [...lookedAt.values()].every((count) => count < each),
  };
}

/** Returns a join, and the text and the number of a field. */
function columnsOf(by: string, { value }: Writing): readonly [from: string, text: string, number: string] {
  const none = 'cast(null as float8)';
  const [, map, name] = ATTRIBUTE.exec(by) ?? [];
  if (name !== undefined) {
    const row = map === 'outcomes' ? outcomeNamed(name) : name;
    return [
      `left join run_attributes on run_attributes.run = tested.id and run_attributes.name = cast(${value(row)} as text)`,
      'run_attributes.text',
      'run_attributes.number',
    ];
  }
  if (by === 'tags') return ['left join run_tags on run_tags.run = tested.id', 'run_tags.tag', none];
  if (by === 'state') return ['', 'coalesce(tested.state, tested.status)', none];
  return ['', by === 'code' ? 'tested.failure_code' : by === 'status' ? 'tested.status' : 'tested.pipeline', none];
}
