import { createHash } from 'node:crypto';
import { RequestProblem } from './problems.js';

type Filter = Readonly<Record<string, string | undefined>>;

/** A list's cursor as it is given out: bound to the list and its filters, so that it cannot be used with others. */
export function cursorOf(before: string | undefined, filter: Filter): string | undefined {
  return before === undefined ? undefined : `${markOf(filter, before)}.${Buffer.from(before).toString('base64url')}`;
}

/** @throws {RequestProblem} INVALID_CURSOR where it was given for another list or other filters */
export function readCursor(cursor: string | undefined, filter: Filter): string | undefined {
  if (cursor === undefined) return undefined;
  const [mark, encoded = ''] = cursor.split('.');
  const before = Buffer.from(encoded, 'base64url').toString('utf8');
  if (mark !== markOf(filter, before)) {
    throw new RequestProblem('INVALID_CURSOR', 'The cursor was not given by this list with these filters.');
  }
  return before;
}

const markOf = (filter: Filter, before: string): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        Object.entries(filter)
          .filter(([, value]) => value !== undefined)
          .sort()
          .concat([['before', before]]),
      ),
    )
    .digest('base64url')
    .slice(0, 8);
