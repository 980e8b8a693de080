import { z } from 'zod';
import { Failure } from '../failures.js';
import {
  ActDone,
  JobChangeRequested,
  JobRequested,
  LetterActRequested,
  ReplayRequested,
  RunNoteRequested,
  RunTagRequested,
} from './letter-acts.js';
import { ByWhom, Name, PlanReference, PositiveCount, text, TimeMs } from '../values/values.js';

/** A stage's input and output as JSON Schema: its contract as other services and languages know it. */
export const StageSchemas = z.object({ input: z.json(), output: z.json() });
export type StageSchemas = z.infer<typeof StageSchemas>;

/** The contract that a stage announces when it starts: a record on `contracts`, keyed by stage; the newest counts. */
export const AnnouncedContract = StageSchemas.extend({
  description: text({ max: 2_000 }).optional(),
  /** The template of one line that says what an output comes to. */
  summary: text({ max: 200 }).optional(),
  /** The version of its work: outputs of one version are not reused for another. */
  version: text({ min: 1, max: 200 }).optional(),
  /** Its work has effects outside, which a replay would repeat. */
  effects: z.literal(true).optional(),
});
export type AnnouncedContract = z.infer<typeof AnnouncedContract>;

/** A share of new runs, more than none and at most all. */
export const Share = z.number().min(0.000_001, 'expected at least 0.000001, one run in a million').max(1);

const Act = {
  /** The same one twice is one act. */
  id: Name,
  at: TimeMs,
  ...ByWhom,
};

/** Brings a plan: new runs get it, or a share of them. */
export const DeployRequested = z.object({
  type: z.literal('pipeline.deploy-requested'),
  ...Act,
  plan: z.looseObject({ pipeline: Name }),
  /** The contracts of the plan's stages, as far as they are known. */
  contracts: z.record(Name, StageSchemas),
  /** Makes it the canary: so many of the new runs get it, the rest the one that is current. */
  share: Share.optional(),
});
export type DeployRequested = z.infer<typeof DeployRequested>;

/** Says which of the versions that are there new runs get. */
export const RouteRequested = z.object({
  type: z.literal('pipeline.route-requested'),
  ...Act,
  pipeline: Name,
  /** `promote`: the canary becomes current. `rollback`: the canary goes, or else the version before becomes current. `canary`: a version gets a share. */
  action: z.enum(['promote', 'rollback', 'canary']),
  /** For `rollback` and `canary`: which version. */
  version: PositiveCount.optional(),
  share: Share.optional(),
});
export type RouteRequested = z.infer<typeof RouteRequested>;

/** Runs a pipeline at times. A schedule of the same name that was made before is changed. */
export const ScheduleMakeRequested = z.object({
  type: z.literal('schedule.make-requested'),
  ...Act,
  pipeline: Name,
  name: text({ min: 1, max: 100 }),
  /** Minute, hour, day of the month, month, day of the week. */
  cron: text({ max: 200 }),
  /** IANA; UTC unless given. */
  zone: text({ max: 100 }).optional(),
  /** Says which missed times still start a run: `none`, the `last` one (the default), or `all`. */
  catchUp: z.enum(['none', 'last', 'all']).optional(),
  /** The input of each run. */
  input: z.unknown(),
});
export type ScheduleMakeRequested = z.infer<typeof ScheduleMakeRequested>;

export const ScheduleRemoveRequested = z.object({
  type: z.literal('schedule.remove-requested'),
  ...Act,
  pipeline: Name,
  name: text({ min: 1, max: 100 }),
});
export type ScheduleRemoveRequested = z.infer<typeof ScheduleRemoveRequested>;

/** Begins no new runs of a pipeline: what is asked for waits, in order; and goes on with them. */
export const PipelinePauseRequested = z.object({
  type: z.literal('pipeline.pause-requested'),
  ...Act,
  pipeline: Name,
});
export type PipelinePauseRequested = z.infer<typeof PipelinePauseRequested>;
export const PipelineResumeRequested = z.object({
  type: z.literal('pipeline.resume-requested'),
  ...Act,
  pipeline: Name,
});
export type PipelineResumeRequested = z.infer<typeof PipelineResumeRequested>;

/** Brings a store that is older than its topics up to them, or with `apply` left out says what that would do. */
export const RecoveryRequested = z.object({
  type: z.literal('recovery.requested'),
  ...Act,
  apply: z.boolean(),
});
export type RecoveryRequested = z.infer<typeof RecoveryRequested>;

/** A request to the installation as a whole: a record on `deployments`. They are applied one after the other. */
export const DeploymentRequest = z.discriminatedUnion('type', [
  DeployRequested,
  RouteRequested,
  ScheduleMakeRequested,
  ScheduleRemoveRequested,
  PipelinePauseRequested,
  PipelineResumeRequested,
  RecoveryRequested,
  LetterActRequested,
  JobRequested,
  JobChangeRequested,
  ReplayRequested,
  RunTagRequested,
  RunNoteRequested,
  ActDone,
]);
export type DeploymentRequest = z.infer<typeof DeploymentRequest>;

/** The outcome of a request on `deployments`. */
export const DeploymentOutcome = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('applied'),
    pipeline: Name,
    /** The version that the request was about. */
    version: PositiveCount.optional(),
    plan: PlanReference.optional(),
    schedule: text({ max: 100 }).optional(),
    /** The request changed nothing: all was as it asks. */
    unchanged: z.boolean(),
  }),
  z.object({ status: z.literal('refused'), pipeline: Name, failure: Failure }),
]);
export type DeploymentOutcome = z.infer<typeof DeploymentOutcome>;
