import type { AttributeValue, Attributes } from '@millrace/pipeline/engine';
import type { RunChange } from '../commit.js';
import { type Database, floats, type Query, texts } from '../database.js';
import { ATTRIBUTES } from '../writer-statements.js';

/** Returns the column by which an attribute is found. A boolean has both: its text, and the number that tells it from a text. */
export const columnOf = (value: AttributeValue): 'number' | 'text' => (typeof value === 'number' ? 'number' : 'text');

const OUTCOME = 'outcomes.';

/** Returns the name under which an outcome is found: no attribute has a point in its name. */
export const outcomeNamed = (name: string): string => OUTCOME + name;

/** An attribute or an outcome of a run, as it is found. */
export interface FoundBy {
  readonly run: string;
  readonly at: number;
  readonly name: string;
  readonly value: AttributeValue;
}

/** Writes the attributes of changed runs. Runs of pipelines that declare none cost nothing. */
export async function keepAttributes(query: Query, changes: readonly RunChange[]): Promise<void> {
  const rows = changes.flatMap(({ summary, attributes = {} }) =>
    Object.entries(attributes).map(([name, value]) => ({ run: summary.id, at: summary.acceptedAt, name, value })),
  );
  if (rows.length > 0) await writeFound(query, rows);
}

/** Writes the values by which runs are found; the last one of a name counts. */
export async function writeFound(query: Query, rows: readonly FoundBy[]): Promise<void> {
  await query.each(ATTRIBUTES, {
    run: texts(rows.map(({ run }) => run)),
    name: texts(rows.map(({ name }) => name)),
    text: texts(rows.map(({ value }) => (columnOf(value) === 'text' ? String(value) : null))),
    number: floats(rows.map(({ value }) => (typeof value === 'string' ? null : Number(value)))),
    accepted: floats(rows.map(({ at }) => at)),
  });
}

/** The labels by which a run is found, beside its row. */
export interface RunLabels {
  readonly attributes: Attributes;
  readonly tags: readonly string[];
}

/** Returns the attributes and tags of runs; runs without any are left out. */
export async function labelsOf(
  { query }: Pick<Database, 'query'>,
  runs: readonly string[],
): Promise<ReadonlyMap<string, RunLabels>> {
  if (runs.length === 0) return new Map();
  const rows = await query<{ run: string; name: string | null; text: string | null; number: number | null }>(
    ({ among }) =>
      `select run, name, text, number from run_attributes where run ${among('$1')}
       union all select run, null, tag, null from run_tags where run ${among('$1')} order by 1, 2, 3`,
    [runs],
  );
  const found = new Map<string, { attributes: Record<string, AttributeValue>; tags: string[] }>();
  for (const { run, name, text, number } of rows) {
    let labels = found.get(run);
    if (!labels) found.set(run, (labels = { attributes: {}, tags: [] }));
    if (name?.startsWith(OUTCOME)) continue;
    if (name === null) labels.tags.push(text ?? '');
    else labels.attributes[name] = text !== null && number !== null ? number === 1 : (text ?? number ?? '');
  }
  return found;
}
