import type { Fact, Failure, RunStatus, StepStatus } from '@millrace/contracts';

/** Where one step of a run stands. */
export interface StepState {
  readonly status: StepStatus;
  /** The attempt that counts; results of any other are late or stale. 0 where there was none. */
  readonly attempt: number;
  /** Attempts since the step was begun, redriven or given to its fallback: what the retry policy counts. */
  readonly tries: number;
  /** Since when it stands so, in milliseconds since the epoch. */
  readonly since: number;
  /** When something has to happen if nothing does: a retry, a deadline, the end of a wait. */
  readonly due: number | undefined;
  /** The fallback stage has taken over. */
  readonly fallback: boolean;
  readonly firstFailedAt: number | undefined;
  readonly deadLetter: string | undefined;
  readonly failure: Failure | undefined;
  /** Of the span that ended it. */
  readonly trace: string | undefined;
}

/** A run as it follows from its facts. Never changed: `evolve` makes the next one. */
export interface Run {
  readonly id: string;
  readonly pipeline: string;
  /** The plan's hash. */
  readonly plan: string;
  readonly status: RunStatus;
  readonly acceptedAt: number;
  readonly endedAt: number | undefined;
  /** Facts so far. */
  readonly seq: number;
  readonly steps: ReadonlyMap<string, StepState>;
  /** The run's input under `input`, and the outputs of finished steps. */
  readonly known: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}
