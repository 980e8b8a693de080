import { isDeepStrictEqual } from 'node:util';
import {
  byWhom,
  type Fact,
  failure,
  type Failure,
  replayIdOf,
  type RunReplayRequested,
  withoutOwners,
} from '@millrace/contracts';
import { differences, itemOf, type LoadedPlan, validateInput } from '@millrace/pipeline/engine';
import { evolve, type MoveTarget, type Run, stepOf } from '@millrace/saga';
import type { RunComparison } from '@millrace/store';

interface TrialRequest {
  /** The identity of the request: the run that tries follows from it. */
  readonly id: string;
  readonly at: number;
  /** The steps that are executed; those that differ in the target plan without it. */
  readonly steps: readonly string[] | undefined;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

const refused = (message: string, details?: Failure['details']): Failure =>
  failure('MOVE_REFUSED', message, details && { details: details.slice(0, 20) });

/** Returns the event that begins a trial of a run: a run that has the recorded answers of all steps but those that changed. Pure. */
export function trialOf(
  run: Run,
  { before, target }: { before: LoadedPlan; target: MoveTarget },
  request: TrialRequest,
): RunReplayRequested | Failure {
  const { plan } = target;
  const no = untriable(run, plan);
  if (no) return no;
  const wanted = request.steps ?? changedSteps(before, plan);
  const unknown = wanted.filter((step) => !plan.order.includes(step));
  if (unknown.length > 0) return refused(`The plan has no step ${unknown.join(', ')}.`);
  const executed = plan.order.filter((step) => isExecuted(run, plan, { step, wanted }));
  const asking = executed.filter((step) => ['review', 'signal'].includes(plan.step(step).kind));
  if (asking.length > 0) return refused(`${asking.join(', ')} would wait for somebody, who has not been asked then.`);
  const [from] = executed.filter((step) => plan.step(step).kind !== 'value');
  if (from === undefined) return refused('No step of it would be executed again: none differs.');
  const recorded = plan.order.filter((step) => !executed.includes(step));
  const completed = recorded.filter((step) => stepOf(run, step).status === 'completed');
  return {
    type: 'run.replay-requested',
    run: replayIdOf(request),
    at: request.at,
    plan: plan.hash,
    of: run.id,
    from,
    trial: true,
    input: run.scope['input'],
    outputs: Object.fromEntries(completed.map((step) => [step, run.scope[step] ?? null])),
    skipped: recorded.filter((step) => stepOf(run, step).status === 'skipped'),
    ...(run.priority !== undefined && { priority: run.priority }),
    ...(run.tenant !== undefined && { tenant: run.tenant }),
    ...byWhom(request),
  };
}

function untriable(run: Run, plan: LoadedPlan): Failure | undefined {
  if (run.parent)
    return failure('NOT_ALLOWED_NOW', `${run.id} does the work of a step of ${run.parent.run}: compare that run.`);
  if (run.replayOf?.trial) return failure('NOT_ALLOWED_NOW', `${run.id} is itself a trial of ${run.replayOf.run}.`);
  if (run.status !== 'completed')
    return failure('NOT_ALLOWED_NOW', `${run.id} is ${run.status}: only runs that have completed are compared.`);
  if (plan.plan.pipeline !== run.pipeline)
    return refused(`The plan is one of ${plan.plan.pipeline}, the run of ${run.pipeline}.`);
  const details = validateInput(plan, run.scope['input']);
  return details && refused(`The input of ${run.id} does not fit the plan.`, details);
}

/** A step is executed where it is wanted, where the run has no answer of it, and where it only puts values together. */
function isExecuted(
  run: Run,
  plan: LoadedPlan,
  { step, wanted }: { readonly step: string; readonly wanted: readonly string[] },
): boolean {
  const { status } = stepOf(run, step);
  if (wanted.includes(step) || (status !== 'completed' && status !== 'skipped')) return true;
  return plan.step(step).kind === 'value' && status === 'completed';
}

/** Returns the steps that are new in a plan, or other ones. */
function changedSteps(before: LoadedPlan, plan: LoadedPlan): readonly string[] {
  const found = differences({ plan: before.plan }, { plan: plan.plan });
  const names = new Set(
    found.flatMap(({ what, name, change }) => (what === 'step' && change !== 'removed' ? [name] : [])),
  );
  return plan.order.filter((step) => names.has(step));
}

interface Told {
  readonly id: string;
  readonly facts: readonly Fact[];
}

/** Compares a run with the one that tried it: what each executed step gave, and the output. Pure. */
export function comparisonOf(before: Told, trial: Told): RunComparison {
  const [one, other] = [before, trial].map(({ id, facts }) => evolve(undefined, id, facts)) as [Run, Run];
  const [was, is] = [timesOf(before.facts), timesOf(trial.facts)];
  const steps = [...is.keys()].map((step) => {
    const [beforeMs, afterMs] = [was.get(step), is.get(step)];
    return {
      step,
      isSame: isSameContent(one.scope[step], other.scope[step]),
      ...(beforeMs !== undefined && { beforeMs }),
      ...(afterMs !== undefined && { afterMs }),
    };
  });
  return { isSameOutput: isSameContent(one.output, other.output), steps };
}

/** Blobs are the same where their contents are, although each run has its own. */
const isSameContent = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(withoutOwners(one), withoutOwners(other));

/** The time that each step took that a stage or a child run did, whose items are left out. */
function timesOf(facts: readonly Fact[]): ReadonlyMap<string, number | undefined> {
  const times = new Map<string, number | undefined>();
  for (const fact of facts) {
    if (fact.type === 'step.completed' && !itemOf(fact.step)) times.set(fact.step, fact.at - fact.startedAt);
    else if (fact.type === 'step.gathered' || fact.type === 'step.defaulted') times.set(fact.step, undefined);
  }
  return times;
}
