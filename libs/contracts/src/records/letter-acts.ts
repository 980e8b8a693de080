import { z } from 'zod';
import { failure, Failure } from '../failures.js';
import { derivedId } from '../values/ids.js';
import { OutcomeValue } from './outcomes.js';
import { RunStatus } from './statuses.js';
import {
  ByWhom,
  Count,
  Id,
  Name,
  Person,
  PlanReference,
  PositiveCount,
  StepName,
  text,
  TimeMs,
} from '../values/values.js';

/** The state of a dead letter. `closed`: its run has ended without it. `resolved`: a person has dealt with it otherwise. */
export const LetterStatus = z.enum(['open', 'redriven', 'resolved', 'closed']);
export type LetterStatus = z.infer<typeof LetterStatus>;

/** The number of redrives after which a dead letter is not redriven any more, unless the request says another. */
export const MAX_REDRIVES = 10;

/** Returns the refusal of a letter that was redriven as often as allowed before; undefined where it may be redriven. */
export function redrivesUsedUp(
  { id, redrives = 0 }: { readonly id: string; readonly redrives?: number | undefined },
  maxRedrives: number = MAX_REDRIVES,
): Failure | undefined {
  if (redrives < maxRedrives) return undefined;
  const message = `${id} has come back after ${redrives} redrives; at most ${maxRedrives} were asked for.`;
  return failure('REDRIVES_USED_UP', message);
}

const Tag = text({ min: 1, max: 100 });
const Link = text({ min: 1, max: 2_000 }).refine(
  (url) => /^https?:\/\/\S+$/.test(url),
  'expected a URL that begins with http:// or https://',
);

/** The most of each that a letter keeps. */
export const MOST_NOTES = 100;
export const MOST_TAGS = 50;

/** The acts of people on one dead letter. */
export const LetterAct = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('redrive'),
    /** For a parked step: the input that its stage gets instead. The original stays with the letter. */
    input: z.unknown().optional(),
    /** For a parked step: its run goes on with this plan from the step on. */
    plan: PlanReference.optional(),
    /** A letter that was redriven this often before is refused. */
    maxRedrives: Count.optional(),
    /** The job that this redrive is a part of. */
    job: Id.optional(),
  }),
  z.object({ do: z.literal('resolve') }),
  z.object({ do: z.literal('reopen') }),
  /** Nobody: it is assigned to nobody any more. */
  z.object({ do: z.literal('assign'), to: Person.optional() }),
  z.object({ do: z.literal('note'), text: text({ min: 1, max: 5_000 }) }),
  z.object({ do: z.literal('tag'), add: z.array(Tag).max(20).optional(), remove: z.array(Tag).max(20).optional() }),
  z.object({ do: z.literal('link'), url: Link }),
]);
export type LetterAct = z.infer<typeof LetterAct>;

/** Every act has an identity: the same one twice is one act. */
const Act = { id: Name, at: TimeMs, ...ByWhom };

/** Asks for an act on a dead letter: a record on `deployments`. Of two that exclude each other the first counts. */
export const LetterActRequested = z.object({
  type: z.literal('letter.act-requested'),
  ...Act,
  letter: Id,
  act: LetterAct,
});
export type LetterActRequested = z.infer<typeof LetterActRequested>;

/** Chooses dead letters. Each field that is given restricts them further. */
export const LetterFilter = z.strictObject({
  status: LetterStatus.optional(),
  pipeline: text({ max: 200 }).optional(),
  stage: text({ max: 200 }).optional(),
  code: text({ max: 64 }).optional(),
  fingerprint: text({ max: 100 }).optional(),
  /** Part of the message, the input or the record’s headers, in whatever case. */
  text: text({ min: 1, max: 200 }).optional(),
  /** Parked at this time or later, and before that one. */
  since: TimeMs.optional(),
  until: TimeMs.optional(),
  /** CEL over the letter, and over the values of its input. */
  where: text({ min: 1, max: 2_000 }).optional(),
});
export type LetterFilter = z.infer<typeof LetterFilter>;

/** The most dead letters that one job may be about. */
export const MOST_JOB_ITEMS = 1_000_000;
/** The most items of a job that are begun each second. */
export const MOST_PER_SECOND = 10_000;

const Rate = z.number().min(0.01).max(MOST_PER_SECOND);

/** An act on each open dead letter that the filter chooses when the job begins. */
export const LetterWork = z.object({
  kind: z.enum(['redrive', 'resolve']),
  filter: LetterFilter.omit({ status: true }),
  /** The most letters that are begun each second; as fast as it goes without. */
  perSecond: Rate.optional(),
  maxRedrives: Count.optional(),
});
export type LetterWork = z.infer<typeof LetterWork>;

/** Chooses runs of a pipeline: those that fit each field when the job begins. */
export const RunSelection = z.strictObject({
  pipeline: Name,
  status: RunStatus.optional(),
  /** CEL, as in the list of runs. */
  where: text({ min: 1, max: 2_000 }).optional(),
  /** Accepted at this time or later, and before that one. */
  since: TimeMs.optional(),
  until: TimeMs.optional(),
});
export type RunSelection = z.infer<typeof RunSelection>;

/** The most runs that one job replays, and that one job compares. */
export const MOST_REPLAYED = 100_000;
export const MOST_COMPARED = 10_000;

const OnRuns = {
  runs: RunSelection,
  plan: PlanReference.optional(),
  /** Steps that have effects outside are executed, too; without it runs that would execute such a step are refused. */
  allowEffects: z.literal(true).optional(),
  perSecond: Rate.optional(),
};

/** Replays each run that is chosen from a step on. */
export const ReplayWork = z.object({ kind: z.literal('replay'), ...OnRuns, from: StepName });
export type ReplayWork = z.infer<typeof ReplayWork>;

/**
 * Tries each completed run that is chosen once more: its steps have the outputs that they had, but for the steps that are named, or that differ in the
 * other plan. Compares what comes of it.
 */
export const CompareWork = z.object({
  kind: z.literal('compare'),
  ...OnRuns,
  steps: z.array(StepName).min(1).max(50).optional(),
});
export type CompareWork = z.infer<typeof CompareWork>;
/** Removes everything that is kept of the runs with an attribute, and of dead letters of no run that quote its value. The runs are chosen when the job begins. */
export const EraseWork = z.object({
  kind: z.literal('erase'),
  attribute: z.object({
    name: text({ min: 1, max: 50 }),
    /** The store keeps it until the runs are chosen, and no longer. */
    value: OutcomeValue.optional(),
    pipeline: Name.optional(),
  }),
  perSecond: Rate.optional(),
});
export type EraseWork = z.infer<typeof EraseWork>;
export type RunWork = ReplayWork | CompareWork | EraseWork;

/** The work of a job: the same act on each of many dead letters or runs. */
export const JobWork = z.discriminatedUnion('kind', [LetterWork, ReplayWork, CompareWork, EraseWork]);
export type JobWork = z.infer<typeof JobWork>;

export const isRunWork = (work: JobWork): work is RunWork =>
  work.kind === 'replay' || work.kind === 'compare' || work.kind === 'erase';

/** Asks for a job: a record on `deployments`. Its id is the job's. */
export const JobRequested = z.object({ type: z.literal('job.requested'), ...Act, work: JobWork });
export type JobRequested = z.infer<typeof JobRequested>;

/** Changes a job that has begun. */
export const JobChangeRequested = z.object({
  type: z.literal('job.change-requested'),
  ...Act,
  job: Id,
  change: z.enum(['pause', 'resume', 'stop']),
  /** With `resume`: another rate. */
  perSecond: Rate.optional(),
});
export type JobChangeRequested = z.infer<typeof JobChangeRequested>;

export const JobStatus = z.enum(['running', 'paused', 'stopped', 'completed']);
export type JobStatus = z.infer<typeof JobStatus>;

/**
 * The state of one item of a job. `sent`: it is on its way. `skipped`: the job was stopped before its turn. Of a comparison: `same` and `different` say what the
 * steps gave that were executed again and what the run gave; `failed`: the run came to no end.
 */
export const JobItemStatus = z.enum([
  'waiting',
  'sent',
  'redriven',
  'resolved',
  'refused',
  'skipped',
  'replayed',
  'same',
  'different',
  'failed',
  'erased',
]);
export type JobItemStatus = z.infer<typeof JobItemStatus>;

/** The outcome of an act; `items` is the number of letters or runs that a job is about. */
export const ActOutcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('applied'), unchanged: z.boolean(), items: PositiveCount.or(z.literal(0)).optional() }),
  z.object({ status: z.literal('refused'), failure: Failure }),
]);
export type ActOutcome = z.infer<typeof ActOutcome>;

/** Asks for a run that replays another one from one of its steps: a record on `deployments`. The new run's id follows from the request's. */
export const ReplayRequested = z.object({
  type: z.literal('replay.requested'),
  ...Act,
  /** The run that is replayed. */
  run: Id,
  from: StepName,
  /** The plan's hash, where it is not the one of the run. */
  plan: PlanReference.optional(),
  input: z.unknown().optional(),
  /** Outputs that take the place of those that the run had, by step. */
  outputs: z.record(StepName, z.unknown()).optional(),
});
export type ReplayRequested = z.infer<typeof ReplayRequested>;

/** Asks for tags of a run: a record on `deployments`. */
export const RunTagRequested = z.object({
  type: z.literal('run.tag-requested'),
  ...Act,
  run: Id,
  add: z.array(Tag).max(20).optional(),
  remove: z.array(Tag).max(20).optional(),
});
export type RunTagRequested = z.infer<typeof RunTagRequested>;

/** The most characters of a note on a run: it is kept in the trail of acts. */
const LONGEST_NOTE = 2_000;

/** Asks for a note on a run: a record on `deployments`. The note is an act in the trail, which says who wrote it and when. */
export const RunNoteRequested = z.object({
  type: z.literal('run.note-requested'),
  id: Name,
  at: TimeMs,
  by: Person.optional(),
  run: Id,
  text: text({ min: 1, max: LONGEST_NOTE }),
});
export type RunNoteRequested = z.infer<typeof RunNoteRequested>;

/** Tells of an act that was carried out without the store: a record on `deployments`, published together with the change. It goes to the audit trail. */
export const ActDone = z.object({
  type: z.literal('act.done'),
  ...Act,
  /** e.g. `stage.limit`. */
  kind: text({ min: 1, max: 100 }),
  /** The id or the name of what was changed. */
  subject: text({ min: 1, max: 1_000 }),
  /** The rest of the act; no payload. */
  detail: z.unknown().optional(),
});
export type ActDone = z.infer<typeof ActDone>;

/** Returns the id of the run that a request for a replay begins. */
export const replayIdOf = (request: Pick<ReplayRequested, 'id'>): string => derivedId('run', 'replay', request.id);

/** A request about dead letters and runs: a record on `deployments` that is about no pipeline. */
export type LetterRequest =
  | LetterActRequested
  | JobRequested
  | JobChangeRequested
  | ReplayRequested
  | RunTagRequested
  | RunNoteRequested
  | ActDone;

const LETTER_REQUESTS: ReadonlySet<string> = new Set([
  'letter.act-requested',
  'job.requested',
  'job.change-requested',
  'replay.requested',
  'run.tag-requested',
  'run.note-requested',
  'act.done',
] satisfies LetterRequest['type'][]);

export const isLetterRequest = <Request extends { readonly type: string }>(
  request: Request | LetterRequest,
): request is LetterRequest => LETTER_REQUESTS.has(request.type);
