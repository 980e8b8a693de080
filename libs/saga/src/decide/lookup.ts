import { hash } from 'node:crypto';
import { type AnnouncedContract, type Fact, withoutOwners } from '@millrace/contracts';
import { cacheKeyOf, canonicalJson, type StageStep } from '@millrace/pipeline/engine';
import { type Run, stepOf } from '../run/run.js';
import { inputFor, nextAttempt } from './attempts.js';
import type { DecisionDraft } from './draft.js';

/**
 * Looks a step or an item up in the cache, before its stage is asked; returns undefined where its outputs are not reused. A stage that says that it has
 * effects outside is always asked: they would not happen.
 */
export function lookUp(draft: DecisionDraft, step: string): Fact | undefined {
  const { run, plan, at, contracts } = draft;
  const { cache, stage } = plan.step(step) as StageStep;
  // One that has waited for a model was looked up before.
  if (!cache || stepOf(run, step).lookup?.isMiss) return undefined;
  const contract = contracts?.get(stage);
  if (contract?.effects) return undefined;
  const refresh = run.refresh || stepOf(run, step).redrives > 0;
  return {
    type: 'step.lookup',
    step,
    attempt: nextAttempt(run, plan, step),
    at,
    key: keyOf(draft, step, { stage, contract }),
    maxAgeMs: Math.ceil(cache.maxAgeMs),
    ...(refresh && { refresh }),
  };
}

/** Two steps have the same key where an output of the one may stand for one of the other: never for runs of different tenants. */
function keyOf(
  { run, plan }: DecisionDraft,
  step: string,
  { stage, contract }: { stage: string; contract: AnnouncedContract | undefined },
): string {
  const { edited } = stepOf(run, step);
  const key = edited ? undefined : cacheKeyOf(plan, step, run.scope);
  // An input that a person gave is not what the key was computed of.
  const asked = key
    ? { key: withoutOwners(key.value) }
    : { input: withoutOwners(inputFor(run, plan, { step, nth: 0 })) };
  const tenant = run.tenant ?? null;
  return digest(canonicalJson({ tenant, stage, contract: contract ? fingerprintOf(contract) : null, ...asked }));
}

const digest = (text: string): string => hash('sha256', text, 'hex');

const FINGERPRINTS = new WeakMap<AnnouncedContract, string>();

/** Returns a text that is another one where a stage takes or gives something else, or does its work in another version. */
function fingerprintOf(contract: AnnouncedContract): string {
  let found = FINGERPRINTS.get(contract);
  if (found === undefined) {
    const { input, output, version = null } = contract;
    FINGERPRINTS.set(contract, (found = digest(canonicalJson({ input, output, version }))));
  }
  return found;
}

/** Returns true while the cache has not yet said whether it has the step's output: no stage has been asked. */
export const isLookedUp = (run: Run, step: string): boolean => {
  const { status, lookup } = stepOf(run, step);
  return status === 'running' && lookup !== undefined && !lookup.isMiss;
};
