import type { Fact } from '@millrace/contracts';
import { correlationOf, type LoadedPlan } from '@millrace/pipeline/engine';
import { type Decision, type Run, stepOf, wakeAtOf } from '@millrace/saga';
import type { DeadLetter, Holding, Review, RunChange, RunSummary } from '@millrace/store';
import { parkedStep } from './records.js';
import type { Cached } from '../sources/run-cache.js';

export const summaryOf = (run: Run): RunSummary => ({
  id: run.id,
  pipeline: run.pipeline,
  plan: run.plan,
  status: run.status,
  acceptedAt: run.acceptedAt,
  endedAt: run.endedAt,
  parent: run.parent?.run,
  ...(run.degraded.length > 0 && { degraded: true }),
});

/** Returns what a batch has to write of a run. `before` is the run as the batch found it. */
export function changeOf(
  before: Cached | undefined,
  { run, facts }: Pick<Decision, 'run' | 'facts'>,
  plan: LoadedPlan,
): RunChange {
  const wakeAt = wakeAtOf(run, plan);
  return {
    summary: summaryOf(run),
    created: false,
    fromSeq: run.seq - facts.length + 1,
    facts,
    row:
      before?.run.status !== run.status ||
      before.run.degraded.length !== run.degraded.length ||
      isEarlier(wakeAt, before.wakeAt),
    wakeAt,
    waits: facts.flatMap((fact) =>
      fact.type === 'step.waiting' && fact.kind !== 'sleep' && isWaiting(run, fact)
        ? [
            {
              ...reviewOf(run, fact, fact.kind),
              correlation: fact.from && correlationOf(plan.step(fact.step), fact.from),
            },
          ]
        : [],
    ),
    held: heldIn(run, facts),
    waited: before
      ? [...before.run.steps].flatMap(([step, { status }]) =>
          status === 'waiting' && stepOf(run, step).status !== 'waiting' ? [step] : [],
        )
      : [],
  };
}

/** A timer that moved on to a later time is left where it is: firing early is harmless, and most runs end before. */
const isEarlier = (a: number | undefined, b: number | undefined): boolean =>
  a !== undefined && (b === undefined || a < b);

type Waiting = Fact & { type: 'step.waiting' };

const isWaiting = (run: Run, fact: { step: string }): boolean => stepOf(run, fact.step).status === 'waiting';

/** The waits whose holders have changed, or the time until which they wait: all of them, where the run went on after a pause. */
function heldIn(run: Run, facts: readonly Fact[]): RunChange['held'] {
  const held = facts.flatMap((fact) => {
    if (fact.type === 'run.resumed') return [...run.steps.keys()];
    return isHolding(fact) ? [fact.step] : [];
  });
  return [...new Set(held)]
    .filter((step) => isWaiting(run, { step }))
    .map((step) => ({ step, due: stepOf(run, step).due, ...holdingOf(run, step) }));
}

const isHolding = (fact: Fact): fact is Fact & { type: 'step.claimed' | 'step.unclaimed' | 'step.escalated' } =>
  fact.type === 'step.claimed' || fact.type === 'step.unclaimed' || fact.type === 'step.escalated';

function holdingOf(run: Run, step: string): Holding | undefined {
  const { review } = stepOf(run, step);
  if (!review) return undefined;
  const { assignee, group, claimedBy } = review;
  return { assignee: storable(assignee), group: storable(group), claimedBy: storable(claimedBy) };
}

/** PostgreSQL keeps no text with these; names come from outside. */
const storable = (name: string | undefined): string | undefined => name?.toWellFormed().replaceAll('\0', '');

const reviewOf = (run: Run, fact: Waiting, kind: Review['kind']): Review => ({
  run: run.id,
  step: fact.step,
  kind,
  pipeline: run.pipeline,
  since: fact.at,
  due: fact.due,
  show: fact.show,
  held: holdingOf(run, fact.step),
});

/** The dead letters that a run's facts made. */
export function deadLettersOf(run: Run, facts: readonly Fact[], plan: LoadedPlan): DeadLetter[] {
  return facts.flatMap((fact): DeadLetter[] => {
    if (fact.type !== 'step.dead-lettered') return [];
    const {
      deadLetter,
      at,
      failure,
      run: id,
      pipeline,
      step,
      stage,
      attempts,
      redrives,
      input,
    } = parkedStep(run, fact, plan);
    return [
      {
        id: deadLetter,
        status: 'open',
        at,
        failure,
        run: id,
        pipeline,
        step,
        stage,
        attempts,
        ...(redrives !== undefined && { redrives }),
        input,
        record: undefined,
      },
    ];
  });
}

/** The dead letters with which a run has ended: nobody can redrive them any more. */
export function closedOf(before: Run | undefined, { run, facts }: Pick<Decision, 'run' | 'facts'>): string[] {
  if (run.endedAt === undefined) return [];
  const parked = [...(before?.steps.values() ?? [])].flatMap(({ deadLetter }) => deadLetter ?? []);
  return [...parked, ...facts.flatMap((fact) => (fact.type === 'step.dead-lettered' ? [fact.deadLetter] : []))];
}

export const redrivenOf = (facts: readonly Fact[]): string[] =>
  facts.flatMap((fact) => {
    if (fact.type === 'step.redriven') return [fact.deadLetter];
    return fact.type === 'run.moved' ? (fact.deadLetters ?? []) : [];
  });
