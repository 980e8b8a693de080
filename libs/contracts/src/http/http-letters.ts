import { z } from 'zod';
import {
  ActOutcome,
  JobItemStatus,
  JobStatus,
  LetterAct,
  LetterStatus,
  LetterWork,
  RunNoteRequested,
} from '../records/letter-acts.js';
import { ByWhom, Person, PlanReference, PositiveCount, readTime, StepName } from '../values/values.js';
import { AllowedActions, AttemptView, FailureView, Json, Links, Time } from './http-shown.js';

const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    /** Pass it as `cursor` to get the next page; absent on the last one. */
    next: z.string().optional(),
  });

/** A record that nobody could read, as it came. */
const RecordView = z.object({
  topic: z.string(),
  partition: z.int(),
  offset: z.int(),
  timestamp: Time,
  /** base64. */
  key: z.string().nullable(),
  /** base64. */
  value: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
});

export const DeadLetterView = z.object({
  id: z.string(),
  /** `closed`: its run has ended without it. `resolved`: a person has dealt with it otherwise. */
  status: LetterStatus,
  at: Time,
  failure: FailureView,
  /** Letters of one cause share it. */
  fingerprint: z.string(),
  run: z.string().optional(),
  traceId: z.string().optional(),
  pipeline: z.string().optional(),
  step: z.string().optional(),
  stage: z.string().optional(),
  attempts: z.int().nonnegative(),
  /** Each attempt that led to it, with its times and its failure; of one letter, not in lists. */
  tries: z.array(AttemptView).optional(),
  /** The number of times that the same work was redriven before. */
  redrives: z.int().nonnegative(),
  input: Json.optional(),
  record: RecordView.optional(),
  assignee: z.string().optional(),
  /** The act by which it was redriven or resolved; of a job, where a job did it. */
  handled: z
    .object({
      act: z.string(),
      at: Time,
      by: z.string().optional(),
      reason: z.string().optional(),
      /** The input with which it was redriven, where a person gave another one. */ input: Json.optional(),
    })
    .optional(),
  notes: z.array(z.object({ at: Time, text: z.string(), by: z.string().optional() })).optional(),
  tags: z.array(z.string()).optional(),
  /** Links to tickets and the like, which people have added. */
  tickets: z.array(z.string()).optional(),
  allowedActions: AllowedActions,
  links: Links,
});
export type DeadLetterView = z.infer<typeof DeadLetterView>;
export const DeadLetterList = pageOf(DeadLetterView);

export const DeadLetterGroupView = z.object({
  fingerprint: z.string(),
  /** The stage, the step or the topic at which the letters failed. */
  failedAt: z.string().optional(),
  code: z.string(),
  /** The message without numbers, ids and quotes. */
  pattern: z.string(),
  /** The message of the newest letter. */
  message: z.string(),
  remedy: z.string(),
  /** The number of letters that the filter chooses, and how many of them are open. */
  count: z.int().nonnegative(),
  open: z.int().nonnegative(),
  /** The time of the first letter of the group, whatever the filter. */
  firstSeen: Time,
  lastSeen: Time,
  newest: z.string(),
  /** The number of letters in each part of the time that was asked for (the last 24 hours, without one), from the oldest part. */
  trend: z.object({ from: Time, partMs: z.int(), counts: z.array(z.int()) }),
  links: Links,
});
export type DeadLetterGroupView = z.infer<typeof DeadLetterGroupView>;
export const DeadLetterGroupList = pageOf(DeadLetterGroupView);

const [Redrive, , , , Note, Tag, Link] = LetterAct.options;

export const RedriveBody = z.strictObject({
  input: Json.optional().describe('For a parked step: the input that its stage gets instead, from now on.'),
  to: z
    .union([PositiveCount, PlanReference])
    .optional()
    .describe('For a parked step: another version of the pipeline, with which its run goes on from the step.'),
  maxRedrives: Redrive.shape.maxRedrives.describe('Refused if it was redriven this often before. 10 unless given.'),
  dryRun: z.boolean().optional().describe('Only says what would happen.'),
  ...ByWhom,
});
export type RedriveBody = z.infer<typeof RedriveBody>;

export const AssignBody = z.strictObject({
  to: Person.min(1).optional().describe('The person; nobody without it.'),
  ...ByWhom,
});
export type AssignBody = z.infer<typeof AssignBody>;

export const NoteBody = z.strictObject({ text: Note.shape.text, ...ByWhom });
export type NoteBody = z.infer<typeof NoteBody>;

const { text: noteText, by: noteBy } = RunNoteRequested.shape;
export const RunNoteBody = z.strictObject({ text: noteText, by: noteBy });
export type RunNoteBody = z.infer<typeof RunNoteBody>;

export const TagBody = z.strictObject({ add: Tag.shape.add, remove: Tag.shape.remove, ...ByWhom });
export type TagBody = z.infer<typeof TagBody>;

export const LinkBody = z.strictObject({ url: Link.shape.url, ...ByWhom });
export type LinkBody = z.infer<typeof LinkBody>;

const FilterTime = z.iso
  .datetime({ offset: true })
  .refine((given) => readTime(given) !== undefined, 'expected a time from 1970 to 9999, e.g. 2026-01-31T09:00:00Z');

/** The letters of a job. */
const JobFilter = LetterWork.shape.filter.extend({
  since: FilterTime.optional().describe('Parked at this time or later.'),
  until: FilterTime.optional().describe('Parked before this time.'),
});

export const JobBody = z.strictObject({
  kind: LetterWork.shape.kind.describe('What is done with each letter.'),
  filter: JobFilter.describe(
    'The letters: those that are open when the job begins and fit each field. All without any.',
  ),
  perSecond: LetterWork.shape.perSecond.describe('The most letters each second.'),
  maxRedrives: LetterWork.shape.maxRedrives.describe(
    'Letters that were redriven this often before are refused. 10 unless given.',
  ),
  dryRun: z.boolean().optional().describe('Only says which letters the job would be about.'),
  ...ByWhom,
});
export type JobBody = z.infer<typeof JobBody>;

export const JobChangeBody = z.strictObject({
  perSecond: LetterWork.shape.perSecond.describe('With `resume`: another rate.'),
  ...ByWhom,
});
export type JobChangeBody = z.infer<typeof JobChangeBody>;

/** The letters that a job would be about now, by the place and the code of their failure. */
export const JobPreview = z.object({
  letters: z.int().nonnegative(),
  /** Those that would be refused, because they were redriven too often. */
  refused: z.int().nonnegative(),
  groups: z.array(
    z.object({
      stage: z.string().optional(),
      code: z.string(),
      letters: z.int().nonnegative(),
      refused: z.int().nonnegative(),
    }),
  ),
});
export type JobPreview = z.infer<typeof JobPreview>;

export const JobView = z.object({
  id: z.string(),
  kind: z.enum(['redrive', 'resolve', 'replay', 'compare', 'erase']),
  status: JobStatus,
  at: Time,
  endedAt: Time.optional(),
  by: z.string().optional(),
  reason: z.string().optional(),
  /** The filter of its dead letters, or of its runs. */
  filter: z.record(z.string(), z.string()),
  /** The first step that replays execute. */
  from: z.string().optional(),
  /** The other plan of replays and comparisons. */
  plan: z.string().optional(),
  /** The steps that a comparison executes; those that differ in the other plan without it. */
  steps: z.array(z.string()).optional(),
  perSecond: z.number().optional(),
  maxRedrives: z.int().optional(),
  total: z.int().nonnegative(),
  /** The number of items in each state. */
  items: z.record(JobItemStatus, z.int().nonnegative()),
  allowedActions: AllowedActions,
  links: Links,
});
export type JobView = z.infer<typeof JobView>;
export const JobList = pageOf(JobView);

export const JobItemView = z.object({
  deadLetter: z.string().optional(),
  /** The run of a job over runs, and the run that replays it. */
  run: z.string().optional(),
  replay: z.string().optional(),
  status: JobItemStatus,
  at: Time.optional(),
  failure: FailureView.optional(),
});
export type JobItemView = z.infer<typeof JobItemView>;
export const JobItemList = pageOf(JobItemView);

export const ReplayBody = z.strictObject({
  from: StepName.describe('The first step that is executed again; what ended before it is taken as it is.'),
  to: z
    .union([PositiveCount, PlanReference])
    .optional()
    .describe('Another version of the pipeline: its number, or a plan.'),
  input: Json.optional().describe('Another input of the run.'),
  outputs: z
    .record(StepName, z.unknown())
    .optional()
    .describe('Other outputs of steps that are not executed, by step.'),
  allowEffects: z.boolean().optional().describe('Executes steps that have effects outside, too.'),
  dryRun: z.boolean().optional().describe('Only says which steps would be executed.'),
  ...ByWhom,
});
export type ReplayBody = z.infer<typeof ReplayBody>;

/** The steps that a replay would take as they are, and those that it would execute. */
export const ReplayPreview = z.object({
  plan: z.string(),
  kept: z.array(z.string()),
  executed: z.array(z.string()),
  /** Those of the executed steps that have effects outside. */
  effects: z.array(z.string()),
});
export type ReplayPreview = z.infer<typeof ReplayPreview>;

/** An act of a person or a system, chained to the one before it by its hash. */
export const ActView = z.object({
  seq: z.int().positive(),
  id: z.string(),
  at: Time,
  kind: z.string(),
  subject: z.string(),
  by: z.string().optional(),
  reason: z.string().optional(),
  detail: Json.optional(),
  outcome: ActOutcome,
  previous: z.string(),
  hash: z.string(),
});
export type ActView = z.infer<typeof ActView>;
export const ActList = pageOf(ActView);

export const AuditCheck = z.object({
  /** The number of acts that are as they were written. */
  acts: z.int().nonnegative(),
  /** The hash of the last of them. Keep it elsewhere: acts that were removed from the end leave a chain that is whole. */
  head: z.string(),
  /** The number of the first act that is not; absent where all are. */
  broken: z.int().positive().optional(),
});
export type AuditCheck = z.infer<typeof AuditCheck>;
