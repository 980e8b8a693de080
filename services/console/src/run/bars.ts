import type { RunView, StepView } from '@millrace/client';
import type { Span } from './time-scale.js';

/** A bar of the waterfall: time in a queue, work, work that failed, or a wait. */
export interface Bar extends Span {
  readonly kind: 'queue' | 'work' | 'bad' | 'wait';
  readonly about: string;
}

const ms = (time: string): number => Date.parse(time);

/** Returns a step's bars, oldest first. What has not ended reaches to now. */
export function barsOf(step: StepView, now: number): readonly Bar[] {
  const bars = step.attempts.flatMap(({ attempt, requestedAt, startedAt, endedAt, failure }): Bar[] => {
    const begun = startedAt === undefined ? undefined : ms(startedAt);
    const to = endedAt === undefined ? now : ms(endedAt);
    const queued = {
      kind: 'queue',
      from: ms(requestedAt),
      to: begun ?? to,
      about: `attempt ${attempt} queued`,
    } as const;
    if (begun === undefined) return [queued];
    const about = failure ? `attempt ${attempt} failed: ${failure.code}` : `attempt ${attempt}`;
    return [queued, { kind: failure ? 'bad' : 'work', from: begun, to, about }];
  });
  if (step.waitingSince !== undefined)
    bars.push({ kind: 'wait', from: ms(step.waitingSince), to: step.endedAt ? ms(step.endedAt) : now, about: 'waits' });
  if (bars.length === 0 && step.startedAt !== undefined)
    bars.push({ kind: 'work', from: ms(step.startedAt), to: step.endedAt ? ms(step.endedAt) : now, about: step.kind });
  return bars;
}

/** Returns the time that a run takes up: until now where it has not ended. */
export const wholeOf = (run: RunView, now: number): Span => ({
  from: ms(run.acceptedAt),
  to: Math.max(run.endedAt === undefined ? now : ms(run.endedAt), ms(run.acceptedAt) + 1),
});

/** The status of a step as people read it: a stage that nobody serves, a wait for a time. */
export function stepState(step: StepView): string {
  if (step.noConsumer) return 'no-consumer';
  if (step.status === 'waiting' && step.kind === 'sleep') return 'sleeping';
  return step.status;
}
