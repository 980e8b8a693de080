import { createHash } from 'node:crypto';
import { backOffMs, type Fact, type Failure } from '@millrace/contracts';
import type { RetryPolicy } from '@millrace/pipeline/engine';
import type { StepState } from '../run/run.js';

type Tries = Omit<RetryPolicy, 'never' | 'cases'>;

/** Returns the time at which a step that has just failed is tried again by the same stage; undefined when it is not. `attemptOf` names the run and the step. */
export function retryAt(
  policy: RetryPolicy,
  given: { state: StepState; cause: Failure; at: number; attemptOf: string },
): number | undefined {
  const { state, cause, at, attemptOf } = given;
  const seed = `${attemptOf}/${state.attempt}`;
  if (cause.kind === 'permanent' || policy.never?.includes(cause.code)) return undefined;
  const own = caseOf(policy, cause.code);
  const tries: Tries = own ?? policy;
  const counted = Object.entries(state.failures).filter(([code]) => caseOf(policy, code) === own);
  const failed = counted.reduce((sum, [, times]) => sum + times, 0);
  if (failed >= tries.maxAttempts) return undefined;
  const due = at + delayOf(tries, { failed, seed, cause });
  const { maxTotalMs = Infinity } = policy;
  const end = (state.triedSince ?? at) + Math.min(maxTotalMs, tries.maxTotalMs ?? Infinity);
  return due <= end ? due : undefined;
}

/** Returns a step's counters from its request on: they begin anew where another stage is asked. */
export function asked(before: StepState, fact: Fact & { type: 'step.requested' }): Partial<StepState> {
  const fallback = Number(fact.fallback ?? 0);
  if (fallback === before.fallback) return { triedSince: triedSince(before, fact.at) };
  return { fallback, failures: {}, triedSince: fact.at, cause: fallback > 0 ? before.failure : undefined };
}

/** The time for which a step waited for a model counts for none of its attempts. */
function triedSince({ triedSince: since = Infinity, deferredAt }: StepState, at: number): number {
  const waited = deferredAt === undefined ? 0 : Math.max(0, at - deferredAt);
  return Math.min(since + waited, at);
}

export const counted = ({ failures }: StepState, { code }: Failure): Pick<StepState, 'failures'> => ({
  failures: { ...failures, [code]: (failures[code] ?? 0) + 1 },
});

/** The policy's case for a failure; undefined where it has none. */
const caseOf = ({ cases = [] }: RetryPolicy, code: string): Tries | undefined =>
  cases.find(({ on }) => on.includes(code));

/** Returns true when any failure is tried again. */
export const triesAgain = ({ maxAttempts, cases = [] }: RetryPolicy): boolean =>
  [{ maxAttempts }, ...cases].some((one) => one.maxAttempts > 1);

/**
 * Milliseconds until the next attempt: exponential, capped, less a share that is random between steps yet the same
 * whenever it is computed for the same attempt (`seed`); never earlier than the failing side asked for.
 */
export function delayOf(tries: Tries, options: { failed: number; seed: string; cause: Failure }): number {
  const exponential = backOffMs(
    { firstMs: tries.initialMs, longestMs: tries.maxMs, factor: tries.factor },
    options.failed,
  );
  const chance = createHash('sha256').update(options.seed).digest().readUInt32BE(0) / 2 ** 32;
  return Math.max(Math.round(exponential * (1 - tries.jitter * chance)), options.cause.retryAfterMs ?? 0);
}
