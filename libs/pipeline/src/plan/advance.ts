import type { Failure } from '@millrace/contracts';
import { factsOf } from '../steps/failure-facts.js';
import { readably } from './contents.js';
import { CHUNK_NAME, itemOf } from './item-names.js';
import { itemScope } from './items.js';
import type { Scope } from '../authoring/mapping.js';
import { FAILURE } from '../authoring/names.js';
import { PlanError } from './plan-error.js';
import { type CompiledStep, type LoadedPlan, stepOf } from './plan-model.js';
import type { LoopStep, PlanStep } from './plan.js';
import { readPart } from './read-part.js';

/** The mark of a step for the order of steps: `begun` covers everything between being asked for and having ended. */
export type StepMark = 'begun' | 'completed' | 'skipped';

export interface RunProgress {
  readonly scope: Scope;
  mark(step: string): StepMark | undefined;
}

/** A step that is to begin now. */
export interface WantedStep {
  readonly step: string;
  readonly kind: PlanStep['kind'];
  /** The stage to ask; absent for any other kind. */
  readonly stage?: string;
  /** Its input, mapped; for a review or signal what is shown, for a map its list. */
  readonly input: unknown;
  /** The values that travel with the command: those of `carries(step)` that are known. */
  readonly known?: Record<string, unknown>;
  readonly timeoutMs?: number;
}

export interface Advance {
  readonly wanted: readonly WantedStep[];
  readonly skipped: readonly string[];
  /** Steps whose condition could not be evaluated, or whose input stands in a blob that cannot be read. They have no mark yet: give them one, or they come again. */
  readonly failed: readonly { readonly step: string; readonly failure: Failure }[];
}

export interface HandOff {
  readonly wanted: readonly WantedStep[];
  readonly skipped: readonly string[];
}

/**
 * Returns the steps that are wanted now: those without a mark whose predecessors are all completed or skipped, and on through those that
 * this finds to be skipped. For the coordinator. Pure.
 */
export function advance({ compiled }: LoadedPlan, progress: RunProgress): Advance {
  const { scope } = progress;
  const wanted: WantedStep[] = [];
  const skipped: string[] = [];
  const failed: Advance['failed'][number][] = [];
  const over = new Set<string>();
  const isOver = (name: string): boolean => {
    const mark = progress.mark(name);
    return mark === 'completed' || mark === 'skipped' || over.has(name);
  };
  for (const step of compiled.steps) {
    if (progress.mark(step.name) !== undefined || !step.predecessors.every(isOver)) continue;
    const holds = step.when ? step.when.holds(scope) : true;
    if (holds === true) {
      const one = readably(() => wantedOf(step, scope));
      if ('failure' in one) failed.push({ step: step.name, failure: one.failure });
      else wanted.push(one.value);
    } else if (holds === false) {
      skipped.push(step.name);
      over.add(step.name);
    } else failed.push({ step: step.name, failure: holds });
  }
  return { wanted, skipped, failed };
}

const NOTHING: HandOff = Object.freeze({ wanted: Object.freeze([]), skipped: Object.freeze([]) });

/**
 * Returns what a stage publishes itself after `step`: the stages that wait for `step` alone, or for a step alone that is skipped here and
 * was itself to be handed off. `known` is what travelled with the command, and the step's own output under its name. A step whose
 * condition fails is left out: the coordinator finds out by itself. Pure.
 */
export function handOff({ compiled }: LoadedPlan, step: string, scope: Scope): HandOff {
  const from = stepOf(compiled, step);
  if (from.next.length === 0) return NOTHING;
  const wanted: WantedStep[] = [];
  const skipped: string[] = [];
  const follow = (steps: readonly CompiledStep[]): void => {
    for (const next of steps) {
      const holds = next.when ? next.when.holds(scope) : true;
      if (holds === true) wanted.push(wantedOf(next, scope));
      if (holds !== false) continue;
      skipped.push(next.name);
      follow(next.next);
    }
  };
  follow(from.next);
  return { wanted, skipped };
}

/** The input of a step or an item from what is known: for retries and redrives. */
export function inputOf({ compiled }: LoadedPlan, step: string, scope: Scope): unknown {
  return stepOf(compiled, step).input(scopeIn(compiled, step, scope));
}

/** Returns the value by which a step's outputs are reused, where the plan computes one; undefined where the step's input is that value. */
export function cacheKeyOf(
  { compiled }: LoadedPlan,
  step: string,
  scope: Scope,
): { readonly value: unknown } | undefined {
  const { cacheKey } = stepOf(compiled, step);
  return cacheKey && { value: cacheKey(scopeIn(compiled, step, scope)) };
}

/** The input of a fallback, of which the first is 1, from what is known and what it stands in for has failed of. */
export function fallbackInputOf(
  { compiled }: LoadedPlan,
  { step, nth, cause }: { step: string; nth: number; cause: Failure | undefined },
  scope: Scope,
): unknown {
  const { fallbackInputs, isShadowed } = stepOf(compiled, step);
  const input = fallbackInputs[nth - 1];
  if (!input) throw new PlanError('UNKNOWN_STEP', `it has no fallback ${nth}`, step);
  const all = scopeIn(compiled, step, scope);
  return input(isShadowed || !cause ? all : { ...all, [FAILURE]: factsOf(cause, step) });
}

/** Returns the stand-in with which a step that has failed for good goes on; nothing where it has none for such a failure. */
export function standInFor(
  { compiled }: LoadedPlan,
  { step: name, cause }: { step: string; cause: Failure },
  scope: Scope,
): { readonly output: unknown } | undefined {
  const { step, give, isShadowed } = stepOf(compiled, name);
  const { onFailure } = step;
  if (!onFailure || !(onFailure.on?.includes(cause.code) ?? true)) return undefined;
  if ('default' in onFailure) return { output: onFailure.default };
  return give && { output: give(isShadowed ? scope : { ...scope, [FAILURE]: factsOf(cause, name) }) };
}

/** Returns the values that a child run is given from its parent's scope: the parts of them that the child's plan reads. */
export function givenTo(plan: LoadedPlan, step: string, scope: Scope): Record<string, unknown> {
  const child = plan.child(step).plan;
  const { given = [] } = child;
  const all = scopeIn(plan.compiled, step, scope);
  // The engine itself reads a chunk, not by a path of the plan.
  const part = (name: string): unknown => (name === CHUNK_NAME ? all[name] : readPart(child, name, all[name]));
  return Object.fromEntries(given.filter((name) => all[name] !== undefined).map((name) => [name, part(name)]));
}

/** Tells whether a loop ends after the round whose output is in the scope; returns a failure where that cannot be told. */
export function isLoopOver(
  { compiled }: LoadedPlan,
  { step, round }: { step: string; round: number },
  scope: Scope,
): boolean | Failure {
  const { step: loop, until } = stepOf(compiled, step);
  const { as } = loop as LoopStep;
  return until?.holds({ ...scope, [as]: scope[step], [`${as}Index`]: round }) ?? true;
}

/** Returns the scope of a step, or of an item of one. */
function scopeIn(plan: LoadedPlan['compiled'], step: string, scope: Scope): Scope {
  const item = itemOf(step);
  return item ? itemScope(stepOf(plan, item.step), item.key, scope) : scope;
}

/** Returns the values that travel with a step's command: those of `carries(step)` that are known; undefined where there are none. */
export function carriedWith({ compiled }: LoadedPlan, step: string, scope: Scope): Record<string, unknown> | undefined {
  return carried(stepOf(compiled, step), scope);
}

/** The pipeline's output from what is known at the end. */
export function outputOf({ compiled }: LoadedPlan, scope: Scope): unknown {
  return compiled.output(scope);
}

function carried({ carries }: CompiledStep, scope: Scope): Record<string, unknown> | undefined {
  let travels: Record<string, unknown> | undefined;
  for (const name of carries) {
    const value = scope[name];
    if (value !== undefined) (travels ??= {})[name] = value;
  }
  return travels;
}

function wantedOf(compiled: CompiledStep, scope: Scope): WantedStep {
  const { name, step } = compiled;
  const input = compiled.input(scope);
  if (step.kind !== 'stage') {
    const { timeoutMs } = step as { timeoutMs?: number };
    return { step: name, kind: step.kind, input, ...(timeoutMs !== undefined && { timeoutMs }) };
  }
  const travels = carried(compiled, scope);
  const { stage, deadlineMs = Infinity } = step;
  const timeoutMs = Math.min(step.timeoutMs, deadlineMs);
  return travels
    ? { step: name, kind: 'stage', stage, input, timeoutMs, known: travels }
    : { step: name, kind: 'stage', stage, input, timeoutMs };
}
