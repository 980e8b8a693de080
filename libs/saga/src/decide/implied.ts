import type { RunEvent } from '@millrace/contracts';
import { type Run, stepOf } from '../run/run.js';

/** An event that must have come before another one, and when it counted. */
export interface Implied {
  readonly event: RunEvent;
  readonly at: number;
}

/**
 * Returns what must have happened to the run before the event, where a run is rebuilt from its events and other clocks or
 * another order than then would contradict them: its turn had come, or the retry that the event is about was due. Pure.
 */
export function impliedBy(run: Run, event: RunEvent): readonly Implied[] {
  if (!OF_ATTEMPTS.has(event.type) || !('attempt' in event)) return [];
  const { held, hold, id } = run;
  if (held) {
    const { until = event.at } = held;
    const released = { event: { type: 'run.released', run: id, at: until }, at: until } as const;
    const goesOn = hold === undefined ? [] : [{ event: { ...released.event, hold: true }, at: until } as const];
    return [...(held.until === undefined ? [] : [wokenAt(run, until)]), ...goesOn, released];
  }
  const { status, attempt, due } = stepOf(run, event.step);
  return status === 'retrying' && event.attempt > attempt && due !== undefined ? [wokenAt(run, due)] : [];
}

const OF_ATTEMPTS: ReadonlySet<RunEvent['type']> = new Set([
  'step.completed',
  'step.failed',
  'step.deferred',
  'step.child',
]);

const wokenAt = ({ id }: Run, at: number): Implied => ({ event: { type: 'run.woken', run: id, at }, at });
