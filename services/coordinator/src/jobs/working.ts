import type { Outgoing } from '@millrace/broker';
import { byWhom, deploymentRecord, derivedId, isRunWork, type LetterWork } from '@millrace/contracts';
import type { DueJob, ItemDecision, ItemResult, LetterState } from '@millrace/store';
import { letterChange, notRedriven } from '../letters/letter-change.js';
import { redrivenStep } from '../letters/redriven.js';
import { type RunJobNeeds, workOnRuns } from './run-work.js';

type LetterJob = DueJob & { readonly work: LetterWork };

/** The number of letters of one slice: enough to share a transaction, few enough for some milliseconds. */
const SLICE = 200;
/** With a rate, a slice has the letters of this time. */
const SLICE_MS = 500;
/** A job that has nothing to do but to wait for outcomes looks for them this often. */
const LOOK_MS = 500;
/** If the coordinator dies in the middle of a slice, another one takes the job over after this time. */
const LEASE_MS = 10_000;
/** A request without an outcome is published again after this time: it may never have been published. */
const RESEND_MS = 15_000;
/** The most time that a job with a rate makes up for. */
const CATCH_UP_MS = 2_000;

/**
 * Works on a job that is due: decides a slice of its letters in the store, publishes what follows, and then records that it was published. If the coordinator
 * dies in between, the next one publishes it again, which changes nothing: a step takes its dead letter's redrive once, and a request its id. True where there is more.
 */
export async function workOnJobs(needs: RunJobNeeds, at: number): Promise<boolean> {
  const job = await needs.store.jobWorks.takeDue({ at, until: at + LEASE_MS });
  if (!job) return false;
  const { work } = job;
  return isRunWork(work) ? workOnRuns(needs, { ...job, work }, at) : workOnLetters(needs, { ...job, work }, at);
}

async function workOnLetters(needs: RunJobNeeds, job: LetterJob, at: number): Promise<boolean> {
  const { store, broker } = needs;
  const { perSecond } = job.work;
  const limit = perSecond === undefined ? SLICE : Math.max(1, Math.round((perSecond * SLICE_MS) / 1_000));
  const request = { job: job.id, at, limit, sentBefore: at - RESEND_MS };
  const { send, decided } = await store.jobWorks.slice(request, (letter) => decide(job, letter, at));
  if (send.length > 0) await broker.publish(send.map((letter) => recordOf(needs.topics, { job, letter, at })));
  const results = send.flatMap((letter): ItemResult[] =>
    isOfRun(letter) ? [{ letter: letter.id, status: 'redriven' }] : [],
  );
  await store.jobWorks.moveOn({ job: job.id, at, next: nextOf(job, { at, limit, decided }) }, results);
  return decided > 0 && perSecond === undefined;
}

function nextOf(
  { work, dueAt }: LetterJob,
  { at, limit, decided }: { at: number; limit: number; decided: number },
): number {
  if (decided === 0) return at + LOOK_MS;
  if (work.perSecond === undefined) return at;
  return Math.max(dueAt, at - CATCH_UP_MS) + (limit * 1_000) / work.perSecond;
}

type LetterOfRun = LetterState & { readonly run: string; readonly step: string };

const isOfRun = (letter: LetterState): letter is LetterOfRun => letter.run !== undefined && letter.step !== undefined;

function decide(job: LetterJob, letter: LetterState, at: number): ItemDecision {
  const { id, work, by, reason } = job;
  const refused = work.kind === 'redrive' ? notRedriven(letter, work.maxRedrives) : undefined;
  if (refused) return { result: { letter: letter.id, status: 'refused', failure: refused } };
  // The consumer of requests decides about records: it can look at the log.
  if (work.kind === 'redrive' && !isOfRun(letter)) return { result: { letter: letter.id, status: 'sent' } };
  const act =
    work.kind === 'redrive' ? ({ do: 'redrive', maxRedrives: Infinity } as const) : ({ do: 'resolve' } as const);
  const change = letterChange({ type: 'letter.act-requested', id, at, by, reason, letter: letter.id, act }, letter);
  if (change.outcome.status === 'refused')
    return { result: { letter: letter.id, status: 'refused', failure: change.outcome.failure } };
  const { status = letter.status, desk = letter.desk } = change;
  return {
    result: { letter: letter.id, status: work.kind === 'redrive' ? 'sent' : 'resolved' },
    letter: { status, desk },
  };
}

function recordOf(
  topics: RunJobNeeds['topics'],
  { job, letter, at }: { readonly job: LetterJob; readonly letter: LetterState; readonly at: number },
): Outgoing {
  const { by, reason, work } = job;
  if (isOfRun(letter)) return redrivenStep(topics, letter, { id: job.id, at, by, reason });
  const { maxRedrives } = work;
  const act = { do: 'redrive', job: job.id, ...(maxRedrives !== undefined && { maxRedrives }) } as const;
  const id = derivedId('act', job.id, letter.id);
  const request = { type: 'letter.act-requested', id, at, ...byWhom({ by, reason }), letter: letter.id, act } as const;
  return deploymentRecord(topics, request, letter.id);
}
