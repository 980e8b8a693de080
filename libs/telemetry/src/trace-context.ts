import { randomBytes } from 'node:crypto';
import { readTraceparent } from '@millrace/contracts';
import type { SpanContext } from './spans.js';

/** The span that a traceparent names. Taken apart when somebody asks, which without a collector only a log line does. */
export const contextOf = (traceparent: string): SpanContext => new NamedSpan(traceparent);

class NamedSpan implements SpanContext {
  constructor(readonly traceparent: string) {}

  get traceId(): string {
    return readTraceparent(this.traceparent)?.traceId ?? '';
  }

  get spanId(): string {
    return readTraceparent(this.traceparent)?.spanId ?? '';
  }
}

const POOL_BYTES = 4096;
let pool = '';
let used = 0;

/** Random bytes are asked for in bulk: one call for each id would cost more than the span. */
export function randomHex(bytes: number): string {
  if (used + bytes * 2 > pool.length) {
    pool = randomBytes(POOL_BYTES).toString('hex');
    used = 0;
  }
  used += bytes * 2;
  return pool.slice(used - bytes * 2, used);
}
