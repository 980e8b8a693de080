import type { MeteredCall, ModelAnswer, ModelCall, ModelGrant } from '@millrace/contracts';
import type { ModelSettings } from '@millrace/runtime';
import type { ModelWait } from '../work/attempt.js';

/** The longest time after which a step asks again, if nobody calls it back. */
const LONGEST_MS = 600_000;
/** The shortest one. */
const LEAST_AWAY_MS = 60_000;

/** Returns the wait of a step that leaves its stage. It is called back when its turn is near; the time is for when that is missed. */
export function waitOf({ ms = 0, forPerson, by }: Partial<Extract<ModelGrant, { is: 'waits' }>> = {}): ModelWait {
  const waitMs = forPerson ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(LEAST_AWAY_MS, ms));
  return { waitMs, waitsFor: by };
}

/** Returns the call as the keeper sees it: nothing of what it asks. */
export function meteredCall({ key, provider, model, estimate, caller }: ModelCall, timeoutMs: number): MeteredCall {
  const { run = 'none', step = 'none', attempt = 1, tenant, pipeline, priority } = caller;
  return {
    id: key,
    ...{ provider, model, run, step, attempt },
    estimate: { input: estimate.inputTokens, output: estimate.outputTokens },
    timeoutMs: Math.max(0, Math.ceil(timeoutMs)),
    ...(tenant !== undefined && { tenant }),
    ...(pipeline !== undefined && { pipeline }),
    ...(priority && { priority }),
  };
}

/** Returns the tokens of an answer as the keeper counts them; nothing where the provider does not say. */
export function usedIn({ usage: { inputTokens, outputTokens } }: ModelAnswer): {
  usage?: { input: number; output: number };
} {
  if (inputTokens === undefined || outputTokens === undefined) return {};
  return { usage: { input: inputTokens, output: outputTokens } };
}

/** Returns true where a quota or a budget is for the call. */
export function isLimited(settings: ModelSettings, { provider, model, tenant = '', pipeline }: MeteredCall): boolean {
  const fits = (named: string | undefined, value: string | undefined) =>
    named === undefined || named === '*' || named === value;
  return (
    settings
      .quotas()
      .some((one) => fits(one.provider, provider) && fits(one.model, model) && fits(one.tenant, tenant)) ||
    settings
      .budgets()
      .some(
        (one) =>
          fits(one.provider, provider) &&
          fits(one.model, model) &&
          fits(one.tenant, tenant) &&
          fits(one.pipeline, pipeline),
      )
  );
}
