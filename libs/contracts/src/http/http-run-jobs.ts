import { z } from 'zod';
import { OutcomeValue } from '../records/outcomes.js';
import { CompareWork, EraseWork, ReplayWork, RunSelection } from '../records/letter-acts.js';
import { ByWhom, Name, PlanReference, PositiveCount, readTime, text } from '../values/values.js';

const FilterTime = z.iso
  .datetime({ offset: true })
  .refine((given) => readTime(given) !== undefined, 'expected a time from 1970 to 9999, e.g. 2026-01-31T09:00:00Z');

const OnRuns = {
  runs: RunSelection.extend({
    since: FilterTime.optional().describe('Accepted at this time or later.'),
    until: FilterTime.optional().describe('Accepted before this time.'),
  }).describe('The runs: those that fit each field when the job begins.'),
  to: z
    .union([PositiveCount, PlanReference])
    .optional()
    .describe('Another version of the pipeline: its number, or a plan.'),
  allowEffects: z.boolean().optional().describe('Executes steps that have effects outside, too.'),
  dryRun: z
    .boolean()
    .optional()
    .describe('Only says which runs the job would be about, and which steps it would execute.'),
  ...ByWhom,
};

export const ReplayJobBody = z.strictObject({
  ...OnRuns,
  from: ReplayWork.shape.from.describe('The first step that is executed again.'),
  perSecond: ReplayWork.shape.perSecond.describe('The most runs each second.'),
});
export type ReplayJobBody = z.infer<typeof ReplayJobBody>;

export const CompareJobBody = z.strictObject({
  ...OnRuns,
  steps: CompareWork.shape.steps.describe(
    'The steps that are executed again; without them those that differ in the other version.',
  ),
  perSecond: CompareWork.shape.perSecond.describe('The most runs each second.'),
});
export type CompareJobBody = z.infer<typeof CompareJobBody>;

export const EraseJobBody = z.strictObject({
  attribute: z
    .strictObject({ name: text({ min: 1, max: 50 }), value: OutcomeValue, pipeline: Name.optional() })
    .describe('The business attribute that names the person; of one pipeline, or of all.'),
  perSecond: EraseWork.shape.perSecond.describe('The most runs each second.'),
  dryRun: z.boolean().optional().describe('Only says what the job would erase, and what it cannot reach.'),
  ...ByWhom,
});
export type EraseJobBody = z.infer<typeof EraseJobBody>;

/** The number of items that an erasure would remove now, and the places that it cannot reach. */
export const EraseJobPreview = z.object({
  /** Runs, and dead letters of no run. */
  items: z.int().nonnegative(),
  unreachable: z.array(z.object({ place: z.string(), detail: z.string() })),
});
export type EraseJobPreview = z.infer<typeof EraseJobPreview>;

/** The runs that a job would be about now, and the steps that it would execute. */
export const RunJobPreview = z.object({
  runs: z.int().nonnegative(),
  /** The most that a job takes, the newest, where there are more. */
  most: z.int().positive(),
  executed: z.array(z.string()),
  /** Those of the executed steps that have effects outside. */
  effects: z.array(z.string()),
});
export type RunJobPreview = z.infer<typeof RunJobPreview>;

const Compared = { same: z.int().nonnegative(), different: z.int().nonnegative() };

/** The result of a comparison, as far as it is. */
export const ComparisonView = z.object({
  job: z.string(),
  /** Runs of which everything that was executed, and the output, is the same; and those of which something differs. */
  ...Compared,
  /** Runs that came to no end on the other side, and those that could not be tried. */
  failed: z.int().nonnegative(),
  refused: z.int().nonnegative(),
  /** Runs that are still to be compared. */
  open: z.int().nonnegative(),
  outputs: z.object(Compared),
  steps: z.array(
    z.object({
      step: z.string(),
      ...Compared,
      /** The mean time that the step took, in milliseconds. */
      beforeMs: z.number().optional(),
      afterMs: z.number().optional(),
    }),
  ),
});
export type ComparisonView = z.infer<typeof ComparisonView>;
