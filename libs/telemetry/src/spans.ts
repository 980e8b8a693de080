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
  /** It stands for a moment: the span is shorter than any other. */
  readonly isMoment?: boolean | undefined;
  readonly attributes?: SpanAttributes | undefined;
  /** Traceparents. A span is never linked to itself or to its parent. */
  readonly links?: readonly string[] | undefined;
  /** The failure's code, where the span failed; never a message or payload. */
  readonly failed?: string | undefined;
  readonly events?: readonly SpanEvent[] | undefined;
}

/** A moment within a span. */
export interface SpanEvent {
  readonly name: 'gen_ai.client.inference.operation.details';
  readonly atMs: number;
  readonly attributes: SpanAttributes;
}

/** Spans made by hand: their ids are given, because they travel with records or follow from a run. */
export interface Spans {
  /** False where no OTLP endpoint is set: contexts then hand their parent on, and nothing is recorded. */
  readonly on: boolean;
  /** Returns the time in milliseconds since the epoch, in microseconds: never before or after the same millisecond of `Date.now()`. */
  now(): number;
  /** Returns a new child's place in the parent's trace; in a trace of its own where `parent` is no traceparent. */
  context(parent: string): SpanContext;
  /** Returns the place of a span whose ids follow from what it is about; a random span id without one. */
  derived(ids: {
    readonly traceId: string;
    readonly spanId?: string | undefined;
    readonly parent?: string | undefined;
  }): SpanContext;
  /** Exports the span with the next batch, within about half a second. Never throws and never waits. */
  record(span: SpanRecord): void;
  /**
   * Exports spans that belong to a run and not to a process, at once. Whoever owns the run next may tell of them again, in
   * the same words, which a backend takes for one. Resolves when they are delivered; without waiting while the collector
   * is away, and after half a second at the latest.
   */
  tell(spans: readonly SpanRecord[]): Promise<void>;
}
