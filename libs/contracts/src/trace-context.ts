import { hash } from 'node:crypto';

/** A span in its trace, as a W3C traceparent names it. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/;

/** Reads a W3C traceparent; undefined where the text is none. */
export function readTraceparent(text: string): TraceContext | undefined {
  const found = TRACEPARENT.exec(text);
  if (found === null || text.startsWith('ff')) return undefined;
  const [, traceId, spanId, flags] = found as unknown as [string, string, string, string];
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}

/** Writes a W3C traceparent. */
export const traceparentText = ({ traceId, spanId, sampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;

/** The ids that follow from a run's: every service and every later owner of the run makes the same ones. */
export interface TraceIds {
  /** 32 hexadecimal digits: the run's trace, where nobody's trace is continued. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span of the whole run. */
  readonly rootSpanId: string;
  /** 16 hexadecimal digits: the span under which all that the run does stands. */
  readonly acceptedSpanId: string;
}

/** Derives a run's trace and span ids from the run's id. */
export function traceIdsOf(run: string): TraceIds {
  const hex = hash('sha256', JSON.stringify(['trace', run]), 'hex');
  return { traceId: hex.slice(0, 32), rootSpanId: hex.slice(32, 48), acceptedSpanId: hex.slice(48, 64) };
}

/** Derives a span's id from what the span is about, so that telling of it twice tells of one span. */
export const derivedSpanId = (...parts: readonly string[]): string =>
  hash('sha256', JSON.stringify(['span', ...parts]), 'hex').slice(0, 16);

/** Returns the context of a run's commands where nothing else is said about its trace: its own trace, sampled. */
export function acceptedTraceparent(run: string): string {
  const { traceId, acceptedSpanId } = traceIdsOf(run);
  return traceparentText({ traceId, spanId: acceptedSpanId, sampled: true });
}
