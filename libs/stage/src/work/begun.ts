import type { StepCommand } from '@millrace/contracts';
import type { SpanContext } from '@millrace/telemetry';

/** The work on a command that has begun. */
export interface Begun {
  readonly command: StepCommand;
  readonly traceparent: string;
  readonly context: SpanContext;
  readonly startedAt: number;
  /** The same in microseconds, for the span. */
  readonly startMs: number;
  readonly partition: number;
  /** The input may hold references to blobs. */
  readonly mayHoldBlobs: boolean;
}
