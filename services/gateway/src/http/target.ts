import type { IncomingMessage, ServerResponse } from 'node:http';
import { isText } from '@millrace/contracts';
import type { Operation } from './operation.js';
import { operationOf } from './operations.js';
import { RequestProblem } from './problems.js';
import { unknownParameters } from './validation.js';

/** A part of a path is a name or an id. */
const LONGEST_PART = 500;
const LONGEST_QUERY = 8_000;

/**
 * Express middleware: refuses a path or a query that cannot be decoded, holds a NUL, or is longer than any name there is, and
 * query parameters that the operation does not have.
 */
export function checkTarget(
  { method = 'GET', url = '/' }: IncomingMessage,
  _response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  const [path = '', ...rest] = url.split('?');
  const query = rest.join('?');
  next(
    problemOf('path', path.split('/'), LONGEST_PART) ??
      problemOf('query', query.split(/[&=]/), LONGEST_QUERY) ??
      unknownParameter(operationOf(method, path), query),
  );
}

function unknownParameter(operation: Operation | undefined, query: string): RequestProblem | undefined {
  if (operation === undefined || query === '') return undefined;
  const names = Object.keys(operation.query?.shape ?? {});
  const unknown = [...new URLSearchParams(query).keys()].filter((name) => !names.includes(name));
  return unknown.length === 0 ? undefined : unknownParameters(unknown, names);
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
