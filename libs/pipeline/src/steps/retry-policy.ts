import { Failure, PositiveCount, present } from '@millrace/contracts';
import { z } from 'zod';
import { type Duration, Millis, millisecondsOf } from '../authoring/duration.js';
import { PlanError } from '../plan/plan-error.js';

/** Codes of failures: of the catalogue, or a stage's own. */
export const FailureCodes = z.array(Failure.shape.code).min(1);

const Tries = z.object({
  maxAttempts: PositiveCount.default(3),
  initialMs: Millis.default(1_000),
  factor: z.number().min(1).max(1_000_000).default(2),
  maxMs: Millis.default(60_000),
  jitter: z.number().min(0).max(1).default(0.2),
  /** Milliseconds from when the stage was first asked: no attempt begins later. What is under way then may end. */
  maxTotalMs: Millis.optional(),
});

/** The same for failures of these codes alone, which it counts by themselves. */
export const RetryCase = Tries.extend({ on: FailureCodes });

/**
 * `maxAttempts` counts the first one. The nth retry waits `initialMs × factor^(n-1)`, at most `maxMs`, less up to `jitter` of it. A failure of a
 * code that `never` names is not tried again; one of a case's follows that case; any other follows the policy itself. Each case, and what is in none,
 * has its attempts counted by themselves: by the failures of its own codes. `maxTotalMs` of the policy holds for its cases, too. A failure that is
 * `permanent` is never tried again.
 */
export const RetryPolicy = Tries.extend({
  never: FailureCodes.optional(),
  /** The first that names the failure's code. */
  cases: z.array(RetryCase).min(1).optional(),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

type Given = Omit<z.input<typeof Tries>, 'maxTotalMs'> & {
  /** The time from the first attempt: no attempt begins later. */
  readonly maxTotal?: Duration;
};

/** The number of attempts, the first included; or the whole policy, of which the rest has defaults. */
export type Retry =
  | number
  | (Given & {
      /** Codes of failures that are not tried again. */
      readonly never?: readonly string[];
      /** Other policies for failures of these codes. Each counts its own failures. */
      readonly cases?: readonly (Given & { readonly on: readonly string[] })[];
    });

export function policyOf(retry: Retry, step: string): RetryPolicy {
  const { data, error } = RetryPolicy.safeParse(typeof retry === 'number' ? { maxAttempts: retry } : said(retry, step));
  if (data) return data;
  const { path, message } = present(error.issues[0], 'issue of the retry');
  const at = path.length > 0 ? ` at ${path.join('.')}` : '';
  throw new PlanError('BAD_RETRY', `its retry is not valid${at}: ${message}`, step);
}

function said({ cases, ...policy }: Exclude<Retry, number>, step: string): object {
  return { ...inMs(policy, step), ...(cases && { cases: cases.map((one) => inMs(one, step)) }) };
}

function inMs({ maxTotal, ...given }: Given, step: string): object {
  return { ...given, ...(maxTotal !== undefined && { maxTotalMs: millisecondsOf(maxTotal, step) }) };
}
