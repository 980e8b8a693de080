import { z } from 'zod';
import { ChildStatus } from '../records/records.js';
import { RunState, RunStatus, StepStatus } from '../records/statuses.js';

const Time = z.iso.datetime();

/** Says what a run that has not ended does or waits for: of its steps, the one that most needs somebody to look at it. */
export const NowView = z.object({
  step: z.string(),
  kind: z.enum(['stage', 'review', 'signal', 'run', 'map', 'loop', 'race', 'value', 'sleep']),
  status: StepStatus,
  /** The time since which the step is in this status. */
  since: Time,
  /** The stage that does the work. */
  stage: z.string().optional(),
  /** The attempt that is under way, or was the last one. */
  attempt: z.int().positive().optional(),
  /** The time at which the step is tried again, or at which its wait ends. */
  due: Time.optional(),
  /** The person or group that a review is for, and the person who has claimed it. */
  assignee: z.string().optional(),
  group: z.string().optional(),
  claimedBy: z.string().optional(),
  /** The run that does the step's work, and how it stands. */
  child: z.string().optional(),
  childStatus: ChildStatus.optional(),
  /** The last failure of the step. */
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  /** The number of other steps that are under way or wait, too. */
  others: z.int().nonnegative(),
});
export type NowView = z.infer<typeof NowView>;

/** The values of a field of runs, the most frequent first. */
export const FacetView = z.object({
  by: z.string(),
  values: z.array(z.object({ value: z.union([z.string(), z.number()]), count: z.int().positive() })),
  /** False where there are older runs that were not counted: a bound of time leaves fewer. */
  isComplete: z.boolean(),
});
export type FacetView = z.infer<typeof FacetView>;

/** A number that is counted up to a bound: `more` says that there are more than that. */
export const CountView = z.object({ count: z.int().nonnegative(), more: z.literal(true).optional() });
export type CountView = z.infer<typeof CountView>;

/** The lists that have changed: of the store, of the stages, of the models. */
export const ChangeView = z.object({ of: z.array(z.enum(['store', 'stages', 'models'])) });
export type ChangeView = z.infer<typeof ChangeView>;

/** The numbers of what somebody may have to look at; each is counted up to 1,000, so that asking is cheap. */
export const OverviewView = z.object({
  /** Runs that somebody asked for, by status. */
  runs: z.record(RunStatus, CountView),
  /** The same, by state: each run counts in one. Those without a consumer are found among the newest 250 that are under way, and count there alone. */
  states: z.record(RunState, CountView),
  /** Runs of which fallbacks or defaults gave what steps gave. */
  degraded: CountView,
  /** Steps that wait for a person, and for a system. */
  reviews: CountView,
  signals: CountView,
  /** Dead letters that are open. */
  deadLetters: CountView,
  /** The gateway takes no changes: it refuses every request but GET. */
  readOnly: z.literal(true).optional(),
});
export type OverviewView = z.infer<typeof OverviewView>;
