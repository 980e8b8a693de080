import type { Blobs } from '@millrace/blobs';
import type { Broker, Outgoing } from '@millrace/broker';
import {
  byWhom,
  derivedId,
  eventRecord,
  failure,
  type Failure,
  isOver,
  replayIdOf,
  type RunReplayRequested,
  type RunWork,
  type Topics,
} from '@millrace/contracts';
import { type LoadedPlan, stagesOfStep } from '@millrace/pipeline/engine';
import { type Contracts, evolve, stepOf } from '@millrace/saga';
import type { DoneAct, DueJob, ItemResult, Store } from '@millrace/store';
import { replayRecord } from '../blobs/adopted.js';
import type { CoordinatorPlans } from '../deployments/plans.js';
import { replayed } from '../replay/replay.js';
import { comparisonOf, trialOf } from '../replay/trial.js';

export interface RunJobNeeds {
  readonly store: Pick<Store, 'jobWorks' | 'runJobs' | 'reader' | 'erasure'>;
  readonly broker: Pick<Broker, 'publish' | 'maxRecordBytes'>;
  readonly topics: Topics;
  readonly blobs?: Blobs | undefined;
  readonly plans: Pick<CoordinatorPlans, 'find' | 'target'>;
  /** The contracts that stages have announced. */
  readonly contracts: Contracts;
}

type RunJob = DueJob & { readonly work: RunWork };
type ReplayingJob = DueJob & { readonly work: Exclude<RunWork, { kind: 'erase' }> };

/** The most runs that are begun at once. Each is read whole. */
const SLICE = 50;
/** The most trials that are under way at once: stages have other work. */
const TRIALS = 100;
/** With a rate, a slice has the runs of this time. */
const SLICE_MS = 500;
const LOOK_MS = 500;
/** A run that was asked for and is not there after this time is asked for again. */
const RESEND_MS = 15_000;

interface Begun {
  readonly records: readonly Outgoing[];
  readonly results: readonly ItemResult[];
  readonly acts: readonly DoneAct[];
}

const NOTHING: Begun = { records: [], results: [], acts: [] };

/**
 * Works on a job over runs that is due. Items are taken in the store before their runs are asked for, and the id of each new run follows from job and run: if the coordinator
 * dies in between, the next one asks again, and it is the same run. True where there is more.
 */
export async function workOnRuns(needs: RunJobNeeds, job: RunJob, at: number): Promise<boolean> {
  const { work } = job;
  return work.kind === 'erase' ? eraseRuns(needs, job, at) : replayRuns(needs, { ...job, work }, at);
}

/** Erases the next items. An item that is on its way when the coordinator dies is erased again, which changes nothing. */
async function eraseRuns({ store }: RunJobNeeds, job: RunJob, at: number): Promise<boolean> {
  const { perSecond } = job.work;
  const limit = perSecond === undefined ? SLICE : Math.max(1, Math.round((perSecond * SLICE_MS) / 1_000));
  const { sent, taken } = await store.runJobs.take({ job: job.id, at, limit, atOnce: limit + SLICE });
  const results: ItemResult[] = [];
  for (const item of [...sent.map(({ run }) => run), ...taken]) {
    const why = await store.erasure.erase(item);
    results.push(why ? { letter: item, status: 'refused', failure: why } : { letter: item, status: 'erased' });
  }
  const next = nextOf(job, { at, taken: taken.length, worked: results.length > 0 });
  await store.jobWorks.moveOn({ job: job.id, at, next }, results);
  return taken.length > 0 && perSecond === undefined;
}

async function replayRuns(needs: RunJobNeeds, job: ReplayingJob, at: number): Promise<boolean> {
  const { store, broker } = needs;
  const { perSecond } = job.work;
  const limit = perSecond === undefined ? SLICE : Math.max(1, Math.round((perSecond * SLICE_MS) / 1_000));
  const atOnce = job.work.kind === 'compare' ? TRIALS : Infinity;
  const request = { job: job.id, at, limit, atOnce: Math.min(atOnce, limit + TRIALS) };
  const { sent, taken } = await store.runJobs.take(request);
  const statuses = await store.runJobs.statuses(sent.map(({ run }) => newRunOf(job, run)));
  const parts: Begun[] = [];
  for (const { run, since } of sent) {
    const status = statuses.get(newRunOf(job, run));
    if (job.work.kind === 'compare' && status !== undefined) parts.push(await settled(needs, { job, run, status }, at));
    else if (job.work.kind === 'replay' || since < at - RESEND_MS) parts.push(await begun(needs, { job, run }, at));
  }
  for (const run of taken) parts.push(await begun(needs, { job, run }, at));
  const records = parts.flatMap((part) => part.records);
  if (records.length > 0) await broker.publish(records);
  const results = parts.flatMap((part) => part.results);
  const worked = taken.length + results.length > 0;
  await store.jobWorks.moveOn(
    {
      job: job.id,
      at,
      next: nextOf(job, { at, taken: taken.length, worked }),
      acts: parts.flatMap((part) => part.acts),
    },
    results,
  );
  return taken.length > 0 && perSecond === undefined;
}

function nextOf(
  { work: { perSecond } }: RunJob,
  { at, taken, worked }: { readonly at: number; readonly taken: number; readonly worked: boolean },
): number {
  if (taken > 0 && perSecond !== undefined) return at + (taken * 1_000) / perSecond;
  return worked ? at : at + LOOK_MS;
}

const requestIdOf = ({ id }: RunJob, run: string): string => derivedId('act', id, run);

const newRunOf = (job: RunJob, run: string): string => replayIdOf({ id: requestIdOf(job, run) });

interface Item {
  readonly job: ReplayingJob;
  readonly run: string;
}

async function begun(needs: RunJobNeeds, item: Item, at: number): Promise<Begun> {
  const { store, broker, topics, blobs } = needs;
  const { job, run: id } = item;
  const record = await store.reader.run(id);
  const event = record ? await eventOf(needs, { ...item, facts: record.facts }, at) : gone(id);
  const refuse = (why: Failure): Begun => ({ ...NOTHING, results: [{ letter: id, status: 'refused', failure: why }] });
  if ('code' in event) return refuse(event);
  const { maxRecordBytes } = broker;
  const sent = await replayRecord(event, { id: requestIdOf(job, id), needs: { blobs, topics, maxRecordBytes } });
  if ('code' in sent) return refuse(sent);
  if (job.work.kind === 'compare') return { ...NOTHING, records: [sent] };
  return { records: [sent], results: [{ letter: id, status: 'replayed' }], acts: [actOf(item, event, at)] };
}

const gone = (id: string): Failure => failure('UNKNOWN_RUN', `There is no run ${id} any more.`);

async function eventOf(
  { plans, contracts }: Pick<RunJobNeeds, 'plans' | 'contracts'>,
  { job, run: id, facts }: Item & { readonly facts: Parameters<typeof evolve>[2] },
  at: number,
): Promise<RunReplayRequested | Failure> {
  const { work, by, reason } = job;
  const run = evolve(undefined, id, facts);
  const target = await plans.target(work.plan ?? run.plan);
  const before = await plans.find(run.plan);
  if (!target || !before) return failure('MOVE_REFUSED', `There is no plan ${work.plan ?? run.plan}.`);
  const request = { id: requestIdOf(job, id), at, ...byWhom({ by, reason }) };
  const event =
    work.kind === 'compare'
      ? trialOf(run, { before, target }, { ...request, steps: work.steps })
      : replayed(run, target, { type: 'replay.requested', ...request, run: id, from: work.from });
  if ('code' in event || work.allowEffects) return event;
  return effectsOf(event, { plan: target.plan, contracts }) ?? event;
}

/** Returns the refusal of a run that would execute steps with effects outside: beside the steps that were asked for also those of which it has no output. */
function effectsOf(
  { outputs, skipped }: RunReplayRequested,
  { plan, contracts }: { readonly plan: LoadedPlan; readonly contracts: Contracts },
): Failure | undefined {
  const executed = plan.order.filter((step) => !Object.hasOwn(outputs, step) && !skipped.includes(step));
  const steps = executed.filter((step) =>
    stagesOfStep(plan.step(step)).some((stage) => contracts.get(stage)?.effects === true),
  );
  if (steps.length === 0) return undefined;
  return failure('EFFECTS_NOT_ALLOWED', `${steps.slice(0, 20).join(', ')} would have effects outside once more.`);
}

function actOf({ job, run }: Item, { run: replay, from }: RunReplayRequested, at: number): DoneAct {
  const { by, reason } = job;
  const act = { id: requestIdOf(job, run), at, kind: 'run.replay', subject: run, by, reason };
  return { ...act, detail: { run: replay, from, job: job.id }, outcome: { status: 'applied', unchanged: false } };
}

/** The result of a trial that has ended; nothing while it is under way. One that is parked is given up. */
async function settled(
  { store, topics }: RunJobNeeds,
  { job, run, status }: Item & { readonly status: Parameters<typeof isOver>[0] },
  at: number,
): Promise<Begun> {
  if (!isOver(status) && status !== 'dead-lettered') return NOTHING;
  const trialId = newRunOf(job, run);
  const [before, trial] = await Promise.all([store.reader.run(run), store.reader.run(trialId)]);
  if (!before || !trial)
    return { ...NOTHING, results: [{ letter: run, status: 'refused', failure: gone(before ? trialId : run) }] };
  if (status === 'completed') {
    const result = comparisonOf(before, trial);
    const isSame = result.isSameOutput && result.steps.every((step) => step.isSame);
    return { ...NOTHING, results: [{ letter: run, status: isSame ? 'same' : 'different', result }] };
  }
  const state = evolve(undefined, trial.id, trial.facts);
  const parked = [...state.steps.keys()].map((step) => stepOf(state, step)).find((step) => step.deadLetter);
  const why = state.failed?.failure ?? parked?.failure ?? failure('NOT_ALLOWED_NOW', `${trialId} is ${status}.`);
  const reason = `${job.id} compares runs that have completed.`;
  const cancel = { type: 'run.cancel-requested', run: trialId, at, by: 'millrace', reason } as const;
  return {
    ...NOTHING,
    records: status === 'dead-lettered' ? [eventRecord(topics, cancel)] : [],
    results: [{ letter: run, status: 'failed', failure: why }],
  };
}
