import type { IncomingMessage } from 'node:http';
import { RequestProblem } from './problems.js';

/** The request's `Idempotency-Key`. @throws {RequestProblem} INVALID_REQUEST, where it is none that can be used */
export function idempotencyKeyOf(request: IncomingMessage): string | undefined {
  const [key, ...more] = request.headersDistinct['idempotency-key'] ?? [];
  if (key === undefined) return undefined;
  if (more.length === 0 && /^[\x20-\x7e]{1,255}$/.test(key)) return key;
  throw new RequestProblem('INVALID_REQUEST', 'Idempotency-Key is one header of 1 to 255 printable ASCII characters.');
}
