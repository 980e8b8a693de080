import { z } from 'zod';
import { Share, StageSchemas } from '../records/deployments.js';
import { ByWhom, Name, PositiveCount, StepName, text } from '../values/values.js';

const Time = z.iso.datetime();

/** A plan and what its stages take and give: what `millrace pipeline deploy` sends. */
const Brought = {
  plan: z.looseObject({ pipeline: Name }).describe('The compiled pipeline.'),
  contracts: z.record(Name, StageSchemas).default({}).describe('JSON Schemas by stage, as far as they are known.'),
};

export const DeployBody = z.strictObject({
  ...Brought,
  allowUnserved: z
    .boolean()
    .optional()
    .describe('Deploys also where nobody serves a stage, or what a step gives cannot fit the contract of its stage.'),
  share: Share.optional().describe('Makes it the canary of so many new runs; without it all new runs get it.'),
  ...ByWhom,
});
export type DeployBody = z.infer<typeof DeployBody>;

export const CheckBody = z.strictObject(Brought);
export type CheckBody = z.infer<typeof CheckBody>;

export const RouteBody = z.strictObject({
  action: z
    .enum(['promote', 'rollback', 'canary'])
    .describe('`promote`: the canary becomes current. `rollback`: it goes, or else the version before comes back.'),
  version: PositiveCount.optional().describe('For `rollback` and `canary`.'),
  share: Share.optional().describe('For `canary`.'),
  ...ByWhom,
});
export type RouteBody = z.infer<typeof RouteBody>;

/** A place of a plan that does not go together with the contract of a stage. */
export const StageDoubtView = z.object({ step: z.string(), pointer: z.string(), detail: z.string() });
export type StageDoubtView = z.infer<typeof StageDoubtView>;

/** The problems between a plan and the stages that it asks; none where they fit. */
const Going = {
  /** Stages of the plan that no process serves now: its runs wait there until somebody starts them. */
  noConsumer: z.array(z.string()).optional(),
  /** Those of them of which nobody knows what they take and give either: reason enough to refuse the plan. */
  unserved: z.array(z.string()).optional(),
  /** Inputs that can never fit the contract of their stage; with one of them the plan is refused. */
  misfits: z.array(StageDoubtView).optional(),
  /** Inputs that fit the contract of their stage in some runs only. */
  doubts: z.array(StageDoubtView).optional(),
};

/** A deployment or a change of the route, once it was applied. */
export const DeploymentView = z.object({
  id: z.string(),
  /** `pending`: durable, and about to be applied. */
  status: z.enum(['applied', 'pending']),
  pipeline: z.string(),
  version: z.int().positive().optional(),
  plan: z.string().optional(),
  schedule: z.string().optional(),
  unchanged: z.boolean().optional(),
  ...Going,
  links: z.record(z.string(), z.string()),
});
export type DeploymentView = z.infer<typeof DeploymentView>;

export const VersionView = z.object({
  pipeline: z.string(),
  version: z.int().positive(),
  plan: z.string(),
  deployedAt: Time,
  by: z.string().optional(),
  reason: z.string().optional(),
  /** The share of new runs that it gets. */
  share: z.number().min(0).max(1),
  /** Runs that follow it and have not ended. */
  liveRuns: z.int().nonnegative(),
  links: z.record(z.string(), z.string()),
});
export type VersionView = z.infer<typeof VersionView>;
export const VersionList = z.object({ items: z.array(VersionView) });

export const VersionDetail = VersionView.extend({
  definition: z.unknown(),
  /** The present contracts of the plan's stages, as far as they are known. */
  contracts: z.record(z.string(), StageSchemas),
});
export type VersionDetail = z.infer<typeof VersionDetail>;

export const DifferenceView = z.object({
  what: z.enum(['input', 'output', 'step', 'contract', 'setting']),
  name: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  at: z.string().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  breaking: z.literal(true).optional(),
});
export type DifferenceView = z.infer<typeof DifferenceView>;

/** The effect that deploying a plan and its contracts would have. */
export const CheckView = z.object({
  pipeline: z.string(),
  plan: z.string(),
  /** The differences from the current version. */
  differences: z.array(DifferenceView),
  /** The places where the new contracts would break pipelines; deploying them is refused. */
  breaks: z.array(z.object({ stage: z.string(), pointer: z.string(), detail: z.string() })),
  /** Live runs that would be hurt: those with a step before them whose stage's contract breaks. */
  broken: z.array(z.object({ run: z.string(), plan: z.string(), step: z.string(), stage: z.string() })),
  /** Live runs of the pipeline that could not be moved to the plan from any step. They end on their own. */
  unmovable: z.array(z.object({ run: z.string(), plan: z.string(), detail: z.string() })),
  /** The number of live runs that were looked at; `complete` is false where there were more. */
  examined: z.int().nonnegative(),
  complete: z.boolean(),
  ...Going,
});
export type CheckView = z.infer<typeof CheckView>;

export const MoveBody = z.strictObject({
  to: z.union([PositiveCount, text({ min: 1, max: 100 })]).describe('A version of the run’s pipeline, or a plan.'),
  from: StepName.describe('The step of that plan to go on from.'),
  ...ByWhom,
});
export type MoveBody = z.infer<typeof MoveBody>;
