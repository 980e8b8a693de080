import { randomBytes } from 'node:crypto';
import type { SpanContext } from './spans.js';

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

interface Parsed {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** Undefined where it is not a W3C traceparent. */
export function parseTraceparent(traceparent: string): Parsed | undefined {
  const found = TRACEPARENT.exec(traceparent);
  if (found === null || traceparent.startsWith('ff')) return undefined;
  const [, traceId, spanId, flags] = found as unknown as [string, string, string, string];
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}

/** The span that a traceparent names. Taken apart when somebody asks, which without a collector only a log line does. */
export const contextOf = (traceparent: string): SpanContext => new NamedSpan(traceparent);

class NamedSpan implements SpanContext {
  constructor(readonly traceparent: string) {}

  get traceId(): string {
    return parseTraceparent(this.traceparent)?.traceId ?? '';
  }

  get spanId(): string {
    return parseTraceparent(this.traceparent)?.spanId ?? '';
  }
}

/** A new span under `parent`, sampled as it is; the first of a new trace where that is no traceparent. */
export function childOf(parent: string): SpanContext {
  const parsed = parseTraceparent(parent);
  const traceId = parsed?.traceId ?? randomHex(16);
  const spanId = randomHex(8);
  const traceparent = `00-${traceId}-${spanId}-${parsed?.sampled === false ? '00' : '01'}`;
  return { traceparent, traceId, spanId, ...(parsed && { parentSpanId: parsed.spanId }) };
}

const POOL_BYTES = 4096;
let pool = '';
let used = 0;

/** Random bytes are asked for in bulk: one call for each id would cost more than the span. */
function randomHex(bytes: number): string {
  if (used + bytes * 2 > pool.length) {
    pool = randomBytes(POOL_BYTES).toString('hex');
    used = 0;
  }
  used += bytes * 2;
  return pool.slice(used - bytes * 2, used);
}
