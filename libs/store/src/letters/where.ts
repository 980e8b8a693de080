import { LetterStatus } from '@millrace/contracts';
import { type Fields, type Filter, readFilter } from '@millrace/pipeline/engine';
import type { Dialect } from '../dialect.js';
import { type AddValue, comparison, conditionOf, constant, type Test, type Writing } from '../search/filter-sql.js';

/** The fields of a dead letter by which it is found. */
export const LETTER_FIELDS: Fields = {
  id: { type: 'text' },
  status: { type: 'text', values: LetterStatus.options },
  pipeline: { type: 'text' },
  stage: { type: 'text' },
  step: { type: 'text' },
  run: { type: 'text' },
  code: { type: 'text' },
  message: { type: 'text' },
  assignee: { type: 'text' },
  tags: { type: 'texts' },
  redrives: { type: 'number' },
  attempts: { type: 'number' },
  at: { type: 'time' },
  input: { type: 'json' },
};

const COLUMNS: ReadonlySet<string> = new Set([
  ...['id', 'status', 'pipeline', 'stage', 'run', 'code', 'assignee', 'redrives', 'at'],
]);

/** The places in the kept letter of fields that have no column. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  step: ['step'],
  message: ['failure', 'message'],
  attempts: ['attempts'],
  input: ['input'],
};

/** Reads a filter of dead letters. @throws {FilterError} */
export const readLetterFilter = (text: string, now: number): Filter => readFilter(text, LETTER_FIELDS, now);

/** Returns the condition of a filter in CEL on rows of `dead_letters`. */
export const whereCondition = (where: string, dialect: Dialect, value: AddValue): string =>
  conditionOf(readLetterFilter(where, Date.now()), { dialect, value, rows: 'dead_letters', test: testOf });

function testOf(test: Test, writing: Writing): string {
  const { dialect, value } = writing;
  if (test.is === 'has') return dialect.jsonHas('desk', 'tags', `cast(${value(test.value)} as text)`);
  const { name, path = [] } = test.field;
  if (name === 'tags') return `coalesce(desk ->> 'tags', '[]') <> '[]'`;
  if (COLUMNS.has(name)) return `coalesce(${comparison(test, name, writing)}, ${constant(false)})`;
  const at = value(dialect.jsonPath([...(PLACES[name] ?? []), ...path]));
  return `coalesce(${comparison(test, dialect.jsonAt('letter', at, typeOf(test)), writing)}, ${constant(false)})`;
}

/** Returns the type that a value in JSON has to have for a test to hold. */
function typeOf(test: Exclude<Test, { is: 'has' }>): 'text' | 'number' | 'boolean' | 'any' {
  if (test.is === 'present') return 'any';
  if (test.is === 'text' || typeof test.value === 'string') return 'text';
  return typeof test.value === 'number' ? 'number' : 'boolean';
}
