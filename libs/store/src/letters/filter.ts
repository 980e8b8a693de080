import type { LetterFilter } from '@millrace/contracts';
import type { Dialect } from '../dialect.js';
import { whereCondition } from './where.js';

type AddValue = (value: unknown) => string;

interface RowFilter {
  /** Wanted values of text columns; undefined: any. */
  readonly equal: Readonly<Record<string, string | undefined>>;
  readonly since: number | undefined;
  readonly until: number | undefined;
}

/** Returns the conditions of a filter by columns and by the time `at`. `value` adds a parameter. */
export function rowConditions({ equal, since, until }: RowFilter, dialect: Dialect, value: AddValue): string[] {
  const conditions = Object.entries(equal).flatMap(([column, wanted]) =>
    wanted === undefined ? [] : [`${column} = cast(${value(wanted)} as text)`],
  );
  if (since !== undefined) conditions.push(`at >= ${dialect.time(value(since))}`);
  if (until !== undefined) conditions.push(`at < ${dialect.time(value(until))}`);
  return conditions;
}

/** Returns the conditions of a filter on rows of `dead_letters`, but for that of the status. `value` adds a parameter. @throws {FilterError} */
export function letterConditions(filter: LetterFilter, dialect: Dialect, value: AddValue): string[] {
  const { pipeline, stage, code, fingerprint, text, since, until, where } = filter;
  const conditions = rowConditions({ equal: { pipeline, stage, code, fingerprint }, since, until }, dialect, value);
  // The letter is kept as JSON: what is looked for is written as it stands there.
  if (text !== undefined) {
    const part = `lower(cast(${value(JSON.stringify(text).slice(1, -1))} as text))`;
    conditions.push(dialect.contains('lower(cast(letter as text))', part));
  }
  if (where !== undefined) conditions.push(whereCondition(where, dialect, value));
  return conditions;
}
