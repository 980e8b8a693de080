import { createHash } from 'node:crypto';
import type { Failure } from '@millrace/contracts';
import type { RetryPolicy } from '@millrace/pipeline';

/**
 * Milliseconds until the next attempt: exponential, capped, less a share that is random between steps yet the same
 * whenever it is computed for the same attempt (`seed`); never earlier than the failing side asked for.
 */
export function delayOf(policy: RetryPolicy, of: { tries: number; seed: string; cause: Failure }): number {
  const exponential = Math.min(policy.maxMs, policy.initialMs * policy.factor ** (of.tries - 1));
  const chance = createHash('sha256').update(of.seed).digest().readUInt32BE(0) / 2 ** 32;
  return Math.max(Math.round(exponential * (1 - policy.jitter * chance)), of.cause.retryAfterMs ?? 0);
}
