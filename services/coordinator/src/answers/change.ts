import type { Fact } from '@millrace/contracts';
import { correlationOf, type LoadedPlan } from '@millrace/pipeline/engine';
import { type Decision, type Run, standingOf, stepOf, wakeAtOf } from '@millrace/saga';
import type { DeadLetter, Holding, Review, RunChange, RunSummary } from '@millrace/store';
import { parkedStep } from './records.js';
import type { Cached } from '../sources/run-cache.js';

export function summaryOf(run: Run, plan: LoadedPlan): RunSummary {
  const { state, failureCode } = standingOf(run, plan);
  const title = plan.labels.titleOf(run.scope);
  return {
    id: run.id,
    pipeline: run.pipeline,
    plan: run.plan,
    status: run.status,
    acceptedAt: run.acceptedAt,
    endedAt: run.endedAt,
    parent: run.parent?.run,
    ...(run.degraded.length > 0 && { degraded: true }),
    ...(title !== undefined && { title }),
    ...(state !== undefined && { state }),
    ...(failureCode !== undefined && { failureCode }),
  };
}

/** Returns true where a list would show a run otherwise than before. */
const isShownOtherwise = (before: RunSummary, after: RunSummary): boolean =>
  before.status !== after.status ||
  before.degraded !== after.degraded ||
  before.title !== after.title ||
  before.state !== after.state ||
  before.failureCode !== after.failureCode;

/** Returns the attributes of a run that are new or have another value; child runs have none. */
function attributesIn(before: Run | undefined, run: Run, { labels }: LoadedPlan): RunChange['attributes'] {
  if (!labels.attributesOf || run.parent) return undefined;
  const known = before && labels.attributesOf(before.scope);
  const now = Object.entries(labels.attributesOf(run.scope)).filter(([name, value]) => known?.[name] !== value);
  return now.length === 0 ? undefined : Object.fromEntries(now);
}

/** Returns what a batch has to write of a run. `before` is the run as the batch found it. */
export function changeOf(
  before: Cached | undefined,
  { run, facts }: Pick<Decision, 'run' | 'facts'>,
  plan: LoadedPlan,
): RunChange {
  const wakeAt = wakeAtOf(run, plan);
  const summary = summaryOf(run, plan);
  // A run that was moved is another one to its new plan.
  const same = before?.run.plan === run.plan ? before : undefined;
  return {
    summary,
    created: false,
    fromSeq: run.seq - facts.length + 1,
    facts,
    row: !same || isShownOtherwise(summaryOf(same.run, plan), summary) || isEarlier(wakeAt, same.wakeAt),
    wakeAt,
    attributes: attributesIn(same?.run, run, plan),
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
