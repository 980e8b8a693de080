import { FinerState, RunStatus } from '@millrace/contracts';
import type { Filter, Ordering } from '@millrace/pipeline/engine';
import { columnOf } from './attributes.js';
import { attributeTest, isKeyed, rowNameOf, type Writing } from './filter-sql.js';

/** The rows that are looked at for a filter: those that indexes give, newest first. Everything else is tested on each of them. */
export interface Source {
  readonly from: 'runs' | 'run_attributes' | 'run_tags';
  /** Conditions, each of which one index answers in the order of the list. Together their rows are those that are looked at. */
  readonly parts: (writing: Writing) => readonly string[];
  /** Bounds of the time at which runs were accepted. */
  readonly times: readonly { readonly by: Ordering; readonly value: number }[];
  /** Tests that no index answers. */
  readonly rest: readonly Filter[];
}

type Equal = Filter & { is: 'equal' };
type OnField = Exclude<Extract<Filter, { readonly field: unknown }>, { is: 'has' }>;

/** Chooses the index that is read for filters that have to hold all: an equality with many values comes before one with few. */
export function sourceOf(filters: readonly Filter[], parent?: string): Source {
  const all = filters.flatMap(partsOf);
  const times = all.flatMap((part) =>
    part.is === 'ordered' && part.field.name === 'acceptedAt' ? [{ by: part.by, value: Number(part.value) }] : [],
  );
  const parts = all.filter((part) => part.is !== 'ordered' || part.field.name !== 'acceptedAt');
  if (parent === undefined)
    for (const choice of CHOICES) {
      const part = parts.find(choice.answers);
      if (!part) continue;
      const rest = choice.isExact ? parts.filter((one) => one !== part) : parts;
      return { from: choice.from, parts: (writing) => [choice.write(part, writing)], times, rest };
    }
  return { from: 'runs', parts: (writing) => listParts(parts, parent, writing), times, rest: parts };
}

/** The parts of a filter that have to hold all. */
const partsOf = (filter: Filter): readonly Filter[] => (filter.is === 'and' ? filter.of.flatMap(partsOf) : [filter]);

interface Choice {
  readonly from: Source['from'];
  /** The condition says all that the part of the filter says. */
  readonly isExact: boolean;
  answers(part: Filter): boolean;
  write(part: Filter, writing: Writing): string;
}

const isEqual = (part: Filter, name: string): part is Equal => part.is === 'equal' && part.field.name === name;

const attribute = (column: 'text' | 'number'): Choice => ({
  from: 'run_attributes',
  isExact: true,
  answers: (part) => part.is === 'equal' && isKeyed(part.field) && columnOf(part.value) === column,
  write: (part, writing) => attributeTest(part as Equal, writing),
});

const columnEquals = (column: string, answers: Choice['answers']): Choice => ({
  from: 'runs',
  isExact: true,
  answers,
  write: (part, { value }) =>
    `parent is null and ${column} is not null and ${column} = cast(${value((part as Equal).value)} as text)`,
});

const CHOICES: readonly Choice[] = [
  attribute('text'),
  {
    from: 'run_tags',
    isExact: true,
    answers: (part) => part.is === 'has',
    write: (part, { value }) => `tag = cast(${value((part as Filter & { is: 'has' }).value)} as text)`,
  },
  attribute('number'),
  columnEquals('failure_code', (part) => isEqual(part, 'code')),
  columnEquals('state', (part) => isEqual(part, 'state') && FinerState.options.some((state) => state === part.value)),
  // Runs that have the attribute, in the order of the list; its value is tested on each.
  {
    from: 'run_attributes',
    isExact: false,
    answers: (part) => 'field' in part && isKeyed(part.field),
    write: (part, { value }) => `name = cast(${value(rowNameOf((part as OnField).field))} as text)`,
  },
];

/** One part for each combination of the columns with few values that the filters leave. */
function listParts(filters: readonly Filter[], parent: string | undefined, { value }: Writing): readonly string[] {
  const pipelines = filters.flatMap((part) => (isEqual(part, 'pipeline') ? [String(part.value)] : []));
  const common = [
    parent === undefined ? 'parent is null' : `parent = cast(${value(parent)} as text)`,
    ...pipelines.map((pipeline) => `pipeline = cast(${value(pipeline)} as text)`),
  ];
  const degraded = [false, true].filter((one) =>
    filters.every((part) => !isEqual(part, 'degraded') || part.value === one),
  );
  return statusesIn(filters).flatMap((status) =>
    degraded.map((one) => [...common, `status = '${status}'`, `degraded = ${String(one)}`].join(' and ')),
  );
}

/** The statuses that a run may have for all filters to hold, as far as that can be told from what they say of the status alone. */
const statusesIn = (filters: readonly Filter[]): readonly RunStatus[] =>
  RunStatus.options.filter((status) => filters.every((filter) => mayBe(filter, status)));

const STATUS_OF: Readonly<Record<string, RunStatus>> = {
  retrying: 'running',
  'waiting-for-model': 'running',
  'waiting-for-person': 'waiting',
  'waiting-for-signal': 'waiting',
  sleeping: 'waiting',
  'waiting-for-run': 'held',
};

function mayBe(filter: Filter, status: RunStatus): boolean {
  if (isEqual(filter, 'status')) return filter.value === status;
  if (isEqual(filter, 'state')) return (STATUS_OF[String(filter.value)] ?? filter.value) === status;
  return filter.is !== 'or' || filter.of.some((part) => mayBe(part, status));
}
