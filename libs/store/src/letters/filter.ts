import type { LetterFilter } from '@millrace/contracts';
import type { Dialect } from '../dialect.js';

type AddValue = (value: unknown) => string;

/** Returns the conditions of a filter on rows of `dead_letters`, but for that of the status. `value` adds a parameter. */
export function letterConditions(filter: LetterFilter, dialect: Dialect, value: AddValue): string[] {
  const { pipeline, stage, code, fingerprint, text, since, until } = filter;
  const conditions = Object.entries({ pipeline, stage, code, fingerprint }).flatMap(([column, wanted]) =>
    wanted === undefined ? [] : [`${column} = cast(${value(wanted)} as text)`],
  );
  if (since !== undefined) conditions.push(`at >= ${dialect.time(value(since))}`);
  if (until !== undefined) conditions.push(`at < ${dialect.time(value(until))}`);
  // The letter is kept as JSON: what is looked for is written as it stands there.
  if (text !== undefined) {
    const part = `lower(cast(${value(JSON.stringify(text).slice(1, -1))} as text))`;
    conditions.push(dialect.contains('lower(cast(letter as text))', part));
  }
  return conditions;
}
