import type { SpanAttributes } from './attributes.js';

/** A span's place in its trace. */
export interface SpanContext {
  /** W3C; what goes into headers. */
  readonly traceparent: string;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** Absent for a root. */
  readonly parentSpanId?: string | undefined;
}

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanRecord {
  readonly context: SpanContext;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since the epoch, fractions allowed. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes?: SpanAttributes | undefined;
  /** Traceparents. */
  readonly links?: readonly string[] | undefined;
  /** The failure's code, where the span failed; never a message or payload. */
  readonly failed?: string | undefined;
}

/** Spans made by hand: their ids are given, because they travel with records or follow from a run. */
export interface Spans {
  /** False where no OTLP endpoint is set: `context` then hands its parent on and `record` does nothing. */
  readonly on: boolean;
  /** A new child's place in the parent's trace; in a trace of its own where `parent` is no traceparent. */
  context(parent: string): SpanContext;
  /** The root span of a run; every service gets the same one for the same run. */
  root(run: string): SpanContext;
  /** Exported with the next batch, within about half a second. Never throws and never waits. */
  record(span: SpanRecord): void;
}
