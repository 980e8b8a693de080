import type { StepCommand } from '@millrace/contracts';
import type { AttemptRequest } from './attempts.js';
import type { Run } from '../run/run.js';

/** Returns the command of an attempt, as it travels. */
export function commandOf(run: Run, request: AttemptRequest): StepCommand {
  const { step, attempt, ownAttempt, input, known, at, timeoutMs, expires, links } = request;
  return {
    run: run.id,
    plan: run.plan,
    step,
    attempt,
    ...(ownAttempt !== attempt && { ownAttempt }),
    input,
    ...(known && { known }),
    at,
    timeoutMs,
    expires,
    ...(run.priority !== undefined && { priority: run.priority }),
    ...(run.tenant !== undefined && { tenant: run.tenant }),
    ...(run.replayOf?.trial && { alone: true as const }),
    ...(links.length > 0 && { links: [...links] }),
  };
}
