import { cut } from '@millrace/contracts';
import { type Field, type Filter, LONGEST_ATTRIBUTE, type Ordering } from '@millrace/pipeline/engine';
import type { Dialect } from '../dialect.js';
import { columnOf, outcomeNamed } from './attributes.js';

/** Adds a parameter and returns its place in the text. */
export type AddValue = (one: unknown) => string;

export interface Writing {
  readonly dialect: Dialect;
  readonly value: AddValue;
  /** The relation whose rows are tested; it has the columns of `runs`. */
  readonly rows: string;
  /** The relation has other columns: writes a test of them. */
  readonly test?: (test: Test, writing: Writing) => string;
}

/** The fields of a run that have a column. */
const COLUMNS: Readonly<Record<string, string>> = {
  id: 'id',
  pipeline: 'pipeline',
  plan: 'plan',
  status: 'status',
  degraded: 'degraded',
  title: 'title',
  code: 'failure_code',
  acceptedAt: 'accepted_at',
  endedAt: 'ended_at',
};

/** Returns a condition in SQL that holds for the rows that a filter wants, and is never null. */
export function conditionOf(filter: Filter, writing: Writing): string {
  switch (filter.is) {
    case 'and':
    case 'or':
      return filter.of.length === 0
        ? constant(filter.is === 'and')
        : `(${filter.of.map((part) => conditionOf(part, writing)).join(` ${filter.is} `)})`;
    case 'not':
      return `not ${conditionOf(filter.of, writing)}`;
    case 'always':
      return constant(filter.holds);
    case 'has': {
      if (writing.test) return writing.test(filter, writing);
      const { rows, value } = writing;
      return `exists (select 1 from run_tags where run_tags.run = ${rows}.id and tag = ${textOf(filter.value, value)})`;
    }
    default:
      return (writing.test ?? testOf)(filter, writing);
  }
}

export const constant = (holds: boolean): string => (holds ? '(1 = 1)' : '(1 = 0)');

/** A filter of one field. */
export type Test = Exclude<Filter, { is: 'and' | 'or' | 'not' | 'always' }>;
type Comparison = Exclude<Test, { is: 'has' }>;

function testOf(test: Test, writing: Writing): string {
  if (test.is === 'has') throw new Error('A test of a list is written by whoever has the list');
  const { rows } = writing;
  const { field } = test;
  if (isKeyed(field))
    return `exists (select 1 from run_attributes where run_attributes.run = ${rows}.id and ${attributeTest(test, writing)})`;
  if (field.name === 'tags') return `exists (select 1 from run_tags where run_tags.run = ${rows}.id)`;
  const column = field.name === 'state' ? `coalesce(${rows}.state, ${rows}.status)` : `${rows}.${columnNamed(field)}`;
  return `coalesce(${comparison(test, column, writing)}, ${constant(false)})`;
}

function columnNamed({ name }: Field): string {
  const column = COLUMNS[name];
  if (column === undefined) throw new Error(`Runs have no column for "${name}"`);
  return column;
}

/** True for an attribute of a run, and for an outcome, which is kept beside the attributes. */
export const isKeyed = ({ name }: Field): boolean => name === 'attributes' || name === 'outcomes';

/** Returns the name of a row of `run_attributes`. */
export const rowNameOf = ({ name, key = '' }: Field): string => (name === 'outcomes' ? outcomeNamed(key) : key);

/** Returns a condition of rows of `run_attributes` that have the attribute, and with a value that the test wants. */
export function attributeTest(test: Comparison, writing: Writing): string {
  const named = `name = ${textOf(rowNameOf(test.field), writing.value)}`;
  if (test.is === 'present') return named;
  const column = test.is === 'text' ? 'text' : columnOf(test.value);
  const wanted = 'value' in test && typeof test.value !== 'number' ? { ...test, value: kept(test.value) } : test;
  return `${named} and ${column} is not null and ${comparison(wanted, column, writing)}`;
}

/** A text as it is kept: long ones are cut. */
const kept = (value: string | boolean): string => cut(String(value), LONGEST_ATTRIBUTE);

const textOf = (text: string, value: AddValue): string => `cast(${value(text)} as text)`;

/** Returns a comparison of a column; null where the column is. */
export function comparison(test: Comparison, column: string, writing: Writing): string {
  switch (test.is) {
    case 'present':
      return `${column} is not null`;
    case 'equal':
      return typeof test.value === 'boolean'
        ? `${column} = ${test.value ? 'true' : 'false'}`
        : compared('=', test.value, { column, field: test.field, writing });
    case 'ordered':
      return compared(test.by, test.value, { column, field: test.field, writing });
    case 'text':
      return textTest(test, column, writing);
  }
}

function compared(
  by: Ordering | '=',
  given: string | number,
  { column, field, writing }: { column: string; field: Field; writing: Writing },
): string {
  const { dialect, value } = writing;
  if (typeof given === 'string')
    return `${by === '=' ? column : dialect.bytewise(column)} ${by} ${textOf(given, value)}`;
  return `${column} ${by} ${field.type === 'time' ? dialect.time(value(given)) : `cast(${value(given)} as float8)`}`;
}

function textTest({ test, part, isFolded }: Comparison & { is: 'text' }, column: string, writing: Writing): string {
  const { dialect, value } = writing;
  const text = isFolded ? dialect.lowerAscii(column) : column;
  const sought = textOf(part, value);
  if (test === 'contains') return dialect.contains(text, sought);
  const length = `length(${sought})`;
  return test === 'startsWith'
    ? `substr(${text}, 1, ${length}) = ${sought}`
    : `(length(${text}) >= ${length} and substr(${text}, length(${text}) - ${length} + 1) = ${sought})`;
}
