import type { Fact } from '@millrace/contracts';
import type { LoadedPlan, StageStep } from '@millrace/pipeline/engine';
import type { Run, StepState } from './run.js';
import { attemptDeadline } from './timers.js';

/** A step whose output is looked up. */
export interface CacheLookup {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  readonly key: string;
  /** The time at which an output must have been given at the earliest; undefined where none will do. */
  readonly freshFrom: number | undefined;
}

/** The place of a lookup, and its key. */
export type LookupPlace = Pick<CacheLookup, 'run' | 'step' | 'key'>;

/** An output that others may be given. */
export interface CacheableOutput extends LookupPlace {
  readonly output: unknown;
  /** One line that says what the output comes to. */
  readonly summary?: string | undefined;
  readonly expiresAt: number;
}

/** The changes that a batch of decisions makes to the cache of outputs. */
export interface CacheChanges {
  readonly lookups: readonly CacheLookup[];
  /** Lookups whose runs know that they found nothing: their steps are executed, and nobody else executes the same until `until`. */
  readonly executing: readonly (LookupPlace & { readonly until: number })[];
  readonly outputs: readonly CacheableOutput[];
  /** Lookups of steps that have ended, or are to be tried again: another one may execute the same. */
  readonly ended: readonly LookupPlace[];
  readonly at: number;
}

/** An output that is reused, and the run that gave it. */
export interface CachedOutput {
  readonly output: unknown;
  readonly storedAt: number;
  readonly executedBy: string;
  readonly summary?: string | undefined;
}

/** The answer to a lookup: an output, or nothing where the step is to be executed. */
export interface LookedUp extends Pick<CacheLookup, 'run' | 'step' | 'attempt'> {
  readonly hit: CachedOutput | undefined;
}

/** A run before and after a batch. */
interface Changed {
  readonly before: Run | undefined;
  readonly run: Run;
  readonly facts: readonly Fact[];
  readonly plan: LoadedPlan;
}

/** The time that an answer may take on its way, past the time at which its attempt is given up. */
const MARGIN_MS = 60_000;

/** Returns the changes to the cache; undefined where there are none, as for all plans that reuse nothing. */
export function cacheChangesOf(changed: readonly Changed[], at: number): CacheChanges | undefined {
  const lookups: CacheLookup[] = [];
  const executing: (LookupPlace & { until: number })[] = [];
  const outputs: CacheableOutput[] = [];
  const ended: LookupPlace[] = [];
  for (const one of changed) {
    const { before, run, plan } = one;
    // A run that was moved may have left a plan that reuses outputs.
    if (!plan.caches && before?.plan === run.plan) continue;
    for (const [step, state] of before?.steps ?? [])
      if (state.lookup && !isSame(state, run.steps.get(step))) ended.push({ run: run.id, step, key: state.lookup.key });
    for (const [step, state] of run.steps) {
      const { lookup, attempt } = state;
      if (!lookup) continue;
      const { key } = lookup;
      const was = before?.steps.get(step);
      if (!isSame(state, was)) lookups.push({ run: run.id, step, attempt, key, freshFrom: lookup.freshFrom });
      if (lookup.isMiss && (!was?.lookup?.isMiss || was.due !== state.due))
        executing.push({ run: run.id, step, key, until: givenUpAt(plan.step(step) as StageStep, state) });
    }
    outputs.push(...outputsOf(one));
  }
  if (lookups.length + executing.length + outputs.length + ended.length === 0) return undefined;
  return { lookups, executing, outputs, ended, at };
}

const isSame = (state: StepState, other: StepState | undefined): boolean =>
  other?.lookup !== undefined && other.lookup.attempt === state.lookup?.attempt;

const givenUpAt = (step: StageStep, { since, due }: StepState): number =>
  (due ?? since + attemptDeadline(step, 0)) + MARGIN_MS;

interface Begun {
  readonly attempt: number;
  readonly key: string;
  readonly maxAgeMs: number;
}

/** An attempt goes on under another number where it has waited for a model; what a fallback gives is not kept. */
function requestedAgain(
  begun: Map<string, Begun>,
  { step, attempt, fallback }: Fact & { type: 'step.requested' },
): void {
  const before = begun.get(step);
  if (before && fallback === undefined) begun.set(step, { ...before, attempt });
  else begun.delete(step);
}

/** Returns what steps gave that were looked up and then executed by their own stage. What something else stood in for is not reused. */
function outputsOf({ before, run, facts }: Changed): CacheableOutput[] {
  const begun = new Map<string, Begun>();
  for (const [step, { lookup, attempt }] of before?.steps ?? [])
    if (lookup) begun.set(step, { attempt, key: lookup.key, maxAgeMs: lookup.maxAgeMs });
  return facts.flatMap((fact): CacheableOutput[] => {
    if (fact.type === 'step.lookup') begun.set(fact.step, fact);
    if (fact.type === 'step.requested') requestedAgain(begun, fact);
    if (fact.type !== 'step.completed' || fact.insteadOf || fact.degraded) return [];
    const found = begun.get(fact.step);
    if (found?.attempt !== fact.attempt) return [];
    const { step, at, output, summary } = fact;
    return [{ run: run.id, step, key: found.key, output, summary, expiresAt: at + found.maxAgeMs }];
  });
}
