import { type Fact, failure, type Failure, type StageSchemas } from '@millrace/contracts';
import { itemOf, type LoadedPlan, type PlanStep, validateInput, valueProblems } from '@millrace/pipeline/engine';
import { hasEnded, NOT_BEGUN, type Run, type RunDraft, stepOf } from './run.js';

/** The plan that a run is to go on with, and what its stages give as far as that is known. */
export interface MoveTarget {
  readonly plan: LoadedPlan;
  readonly contracts: ReadonlyMap<string, StageSchemas>;
}

export interface Move {
  /** Steps of the new plan that have ended and stay so. */
  readonly kept: readonly string[];
  /** Its other steps. They begin when it is their turn. */
  readonly restarted: readonly string[];
  readonly attempt: number;
}

/**
 * Returns the move of a run to another plan from one of its steps: `from` and all that comes after it begins anew; what has ended and is not
 * after it is kept, where its output is one that the new plan's step could have given. The failure names everything that does not fit. Pure.
 */
export function moveOf(run: Run, { plan, contracts }: MoveTarget, from: string): Move | Failure {
  if (plan.plan.pipeline !== run.pipeline)
    return refused(`The plan is one of ${plan.plan.pipeline}, the run of ${run.pipeline}.`);
  if (!plan.order.includes(from)) return refused(`The plan has no step "${from}".`);
  const after = following(plan, from);
  const ended = (step: string): boolean => hasEnded(run, step);
  const kept = plan.order.filter((step) => !after.has(step) && ended(step));
  const missing = plan.order.filter((step) => !ended(step) && precedes(plan, step, from));
  const details = [
    ...missing.map((step) => ({ pointer: `/steps/${step}`, detail: `has not ended, and "${from}" comes after it` })),
    ...problems('/input', validateInput(plan, run.scope['input'])),
    ...kept.flatMap((step) => problems(`/steps/${step}/output`, misfitOf(run, step, { plan, contracts }))),
  ];
  if (details.length > 0) return refused(`The run does not fit the plan at "${from}".`, details);
  const attempt = Math.max(0, ...[...run.steps.values()].map((state) => state.attempt));
  return { kept, restarted: plan.order.filter((step) => !kept.includes(step)), attempt };
}

/** Resets every step that is not kept, as if it had never begun; the numbers of its attempts and of its redrives go on. */
export function goOnWith(run: RunDraft, { plan, kept, restarted, attempt, at }: Fact & { type: 'run.moved' }): void {
  run.plan = plan;
  run.moved = true;
  const stays = new Set(kept);
  const redrives = new Map(
    [...run.steps].map(([step, { redrives, deadLetter }]) => [step, redrives + (deadLetter === undefined ? 0 : 1)]),
  );
  for (const step of [...run.steps.keys()]) {
    if (stays.has(step)) continue;
    run.steps.delete(step);
    delete run.scope[step];
  }
  for (const step of [...run.fans.keys()]) if (!stays.has(step)) run.fans.delete(step);
  run.paused &&= { ...run.paused, happened: [] };
  run.degraded = run.degraded.filter(({ step }) => stays.has(step));
  run.done = run.done.filter((one) => stays.has(itemOf(one.step)?.step ?? one.step));
  for (const step of restarted)
    run.steps.set(step, { ...NOT_BEGUN, attempt, since: at, redrives: redrives.get(step) ?? 0 });
}

const MOST = 20;

type Details = NonNullable<Failure['details']>;

const refused = (message: string, details: Details = []): Failure =>
  failure('MOVE_REFUSED', message, details.length > 0 ? { details: details.slice(0, MOST) } : undefined);

const problems = (under: string, found: Details | undefined): Details =>
  (found ?? []).map(({ pointer, detail }) => ({ pointer: under + pointer, detail }));

/** A step and all that waits for it, directly or not. */
function following(plan: LoadedPlan, from: string): ReadonlySet<string> {
  const found = new Set([from]);
  for (const step of plan.order) if (plan.step(step).predecessors.some((before) => found.has(before))) found.add(step);
  return found;
}

const precedes = (plan: LoadedPlan, step: string, from: string): boolean =>
  step !== from && following(plan, step).has(from);

function schemaOf(definition: PlanStep, contracts: MoveTarget['contracts']): unknown {
  if (definition.kind === 'stage') return contracts.get(definition.stage)?.output;
  return definition.kind === 'review' || definition.kind === 'signal' ? definition.schema : undefined;
}

/** Returns what is wrong with a step's output as an output of the new plan's step. One that was skipped has none, and fits where that step may be skipped. */
function misfitOf(run: Run, step: string, { plan, contracts }: MoveTarget): Details | undefined {
  const definition = plan.step(step);
  if (stepOf(run, step).status === 'skipped')
    return definition.when === undefined
      ? [{ pointer: '', detail: 'is absent: the step was skipped, and now always runs' }]
      : undefined;
  const schema = schemaOf(definition, contracts);
  return schema === undefined ? undefined : valueProblems(run.scope[step], schema);
}
