import type { IncomingMessage, ServerResponse } from 'node:http';
import { isText } from '@millrace/contracts';
import { RequestProblem } from './problems.js';

/** A part of a path is a name or an id. */
const LONGEST_PART = 500;
const LONGEST_QUERY = 8_000;

/** Express middleware: refuses a path or a query that cannot be decoded, holds a NUL, or is longer than any name there is. */
export function checkTarget(
  request: IncomingMessage,
  _response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  const [path = '', ...rest] = (request.url ?? '/').split('?');
  next(
    problemOf('path', path.split('/'), LONGEST_PART) ?? problemOf('query', rest.join('?').split(/[&=]/), LONGEST_QUERY),
  );
}

function problemOf(what: 'path' | 'query', parts: readonly string[], max: number): RequestProblem | undefined {
  for (const part of parts) {
    const text = decoded(part);
    if (text === undefined)
      return refused(what, 'cannot be decoded: percent signs stand before two hexadecimal digits');
    if (!isText(text)) return refused(what, 'holds a NUL');
    if (text.length > max) return refused(what, `has a part that is longer than ${max} characters`);
  }
  return undefined;
}

const refused = (what: string, why: string): RequestProblem =>
  new RequestProblem('INVALID_REQUEST', `The ${what} of the request ${why}.`);

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
