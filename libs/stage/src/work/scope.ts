import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '@millrace/telemetry';
import type { StageRun } from './stage-run.js';

interface Scope {
  readonly log: Log;
  readonly traceparent?: string;
}

// Follows the calls, so that many stages in one process keep apart. Entered by `run` only: what is entered otherwise leaks
// from one record into the next.
const scope = new AsyncLocalStorage<Scope>();

const isRun = (held: Scope): held is StageRun => 'idempotencyKey' in held;

/** Does the work as that of a run, or of a service outside of any. */
export const within = <T>(held: Scope, work: () => T): T => scope.run(held, work);

/** The attempt that the caller's work belongs to; undefined outside of `handle`. */
export function runHere(): StageRun | undefined {
  const held = scope.getStore();
  return held && isRun(held) ? held : undefined;
}

export const logHere = (): Log | undefined => scope.getStore()?.log;

/** Returns the trace context that calls to other systems carry, so that their spans are part of the run's trace; undefined outside of `handle`. */
export const traceparentHere = (): string | undefined => scope.getStore()?.traceparent;
