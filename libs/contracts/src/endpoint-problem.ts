import { cut } from './values/cut.js';
import { fieldsOf } from './values/fields.js';
import type { Failure, FailureKind } from './failures.js';
import { LONGEST_MS } from './values/values.js';

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const MOST_DETAILS = 20;

interface EndpointContext {
  /** The status of the answer. */
  readonly status: number;
  readonly retryAfterMs?: number | undefined;
  /** For people, where the endpoint says nothing. */
  readonly otherwise: string;
}

/**
 * Returns the failure that an endpoint tells of, by a problem (RFC 9457) or a status alone. `code` and `retryable` are members of ours;
 * what is not said follows from the status, which a body sent with a good status has as its own member.
 */
export function endpointFailure(given: unknown, { status: sent, retryAfterMs, otherwise }: EndpointContext): Failure {
  const { code, title, detail, retryable, status: told, errors } = fieldsOf(given);
  const status = sent >= 400 || typeof told !== 'number' ? sent : told;
  const isTransient = status < 400 || status >= 500 || [408, 425, 429].includes(status);
  const kind: FailureKind = (typeof retryable === 'boolean' ? retryable : isTransient) ? 'transient' : 'permanent';
  const words = [detail, title].find((text): text is string => typeof text === 'string' && text !== '');
  const details = Array.isArray(errors) ? errors.flatMap(detailOf).slice(0, MOST_DETAILS) : [];
  return {
    code: typeof code === 'string' && CODE.test(code) ? code : codeOf(status, isTransient),
    kind,
    message: cut(words ?? otherwise, 2_000),
    ...(retryAfterMs !== undefined && { retryAfterMs: Math.min(Math.ceil(retryAfterMs), LONGEST_MS) }),
    ...(details.length > 0 && { details }),
  };
}

function codeOf(status: number, isTransient: boolean): string {
  if (status === 429 || status === 503) return 'ENDPOINT_BUSY';
  return isTransient ? 'ENDPOINT_UNAVAILABLE' : 'ENDPOINT_REFUSED';
}

function detailOf(error: unknown): { pointer: string; detail: string }[] {
  const { pointer, detail } = fieldsOf(error);
  if (typeof pointer !== 'string' || typeof detail !== 'string') return [];
  return [{ pointer: cut(pointer, 1_000), detail: cut(detail, 1_000) }];
}
