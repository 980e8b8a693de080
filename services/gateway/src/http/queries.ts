import {
  Count,
  JobItemStatus,
  JobStatus,
  LetterStatus,
  Name,
  Priority,
  readTime,
  RunState,
  RunStatus,
  text,
} from '@millrace/contracts';
import { StartTime } from '@millrace/contracts/http';
import { FACETS, isFacet, LETTER_FIELDS, readLetterFilter } from '@millrace/store';
import { z } from 'zod';

const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many items at most.'),
  cursor: text({ max: 2_000 }).optional().describe('`next` of the page before, with the same filters.'),
};
const pipeline = text({ max: 200 }).optional().describe('Only of this pipeline.');

const name = text({ max: 200 }).optional();

const time = (what: string) =>
  StartTime.optional()
    .describe(what)
    .transform((given) => (given === undefined ? undefined : readTime(given)));

/** Returns what is wrong with a filter of dead letters; undefined where nothing is. */
export function letterFilterFault(where: string): string | undefined {
  try {
    readLetterFilter(where, 0);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const isLetterFilter = (where: string): boolean => letterFilterFault(where) === undefined;

export const RunsQuery = z.strictObject({
  status: RunStatus.optional(),
  pipeline,
  state: RunState.optional().describe('Only runs that stand so: a status, or what is more exact.'),
  where: text({ min: 1, max: 2_000 })
    .optional()
    .describe(
      'Only runs for which this holds: CEL over id, pipeline, plan, status, state, degraded, title, code, tags, attributes.NAME, outcomes.NAME, acceptedAt and endedAt, e.g. `attributes.customer == "x" && acceptedAt > now - duration("24h")`.',
    ),
  code: text({ min: 1, max: 64 }).optional().describe('Only runs that failed, or are held up, with this code.'),
  tag: text({ min: 1, max: 100 }).optional().describe('Only runs with this tag.'),
  text: text({ min: 1, max: 200 }).optional().describe('Only runs with this text in their title, in whatever case.'),
  since: time('Accepted at this time or later.'),
  until: time('Accepted before this time.'),
  degraded: z
    .enum(['true', 'false'])
    .optional()
    .describe('Only runs of which fallbacks or defaults gave what steps gave; or only others.'),
  parent: text({ max: 200 }).optional().describe('The child runs of this run, instead of those somebody asked for.'),
  detail: z
    .enum(['true', 'false'])
    .optional()
    .describe('Says of each run also its subject, and what it does or waits for now.'),
  ...page,
});
export type RunsQuery = z.infer<typeof RunsQuery>;

export const FacetQuery = RunsQuery.omit({ limit: true, cursor: true, detail: true }).extend({
  by: text({ min: 1, max: 100 })
    .refine(isFacet, `expected ${FACETS.join(', ')}, attributes.NAME or outcomes.NAME`)
    .describe(`The field whose values are counted: ${FACETS.join(', ')}, attributes.NAME or outcomes.NAME.`),
});
export type FacetQuery = z.infer<typeof FacetQuery>;

export const OverviewQuery = z.strictObject({ pipeline });
export type OverviewQuery = z.infer<typeof OverviewQuery>;

export const ReviewsQuery = z.strictObject({
  pipeline,
  kind: z
    .enum(['review', 'signal'])
    .optional()
    .describe('Answers of a person, or signals of a system. Both unless given.'),
  assignee: name.describe('Only reviews for this person.'),
  group: name.describe('Only reviews for this group.'),
  claimedBy: name.describe('Only reviews that this person has claimed.'),
  ...page,
});
export type ReviewsQuery = z.infer<typeof ReviewsQuery>;

const version = (what: string) => text({ min: 1, max: 100 }).describe(`${what}: the number of a version, or a plan.`);
export const DiffQuery = z.strictObject({ from: version('Before'), to: version('After') });
export type DiffQuery = z.infer<typeof DiffQuery>;

export const SchedulesQuery = z.strictObject({ pipeline });
export type SchedulesQuery = z.infer<typeof SchedulesQuery>;

const day = z.iso.date().optional();
export const SpendingQuery = z.strictObject({
  from: day.describe('The first day (UTC), as 2026-01-31.'),
  to: day.describe('The last day (UTC).'),
  tenant: name.describe('Only of this tenant.'),
  pipeline,
});
export type SpendingQuery = z.infer<typeof SpendingQuery>;

export const StartQuery = z.strictObject({
  pipeline: Name.optional().describe('Which pipeline, where the body is a mail.'),
  startAt: StartTime.optional().describe('As in the body of JSON: the run begins then.'),
  priority: Priority.optional().describe('As in the body of JSON.'),
  tenant: Name.optional().describe('As in the body of JSON.'),
});
export type StartQuery = z.infer<typeof StartQuery>;

export const EventsQuery = z.strictObject({
  after: z.coerce.number().pipe(Count).optional().describe('As the header `Last-Event-ID`, which wins.'),
});
export type EventsQuery = z.infer<typeof EventsQuery>;

export const CallbackQuery = z.strictObject({
  token: z.string().min(1).max(8_000).describe('Names the attempt, and is signed: as it came in `millrace-callback`.'),
});
export type CallbackQuery = z.infer<typeof CallbackQuery>;

const letters = {
  pipeline,
  stage: name.describe('Only of this stage.'),
  code: text({ max: 64 }).optional().describe('Only with this code of failure.'),
  fingerprint: text({ max: 100 }).optional().describe('Only those of this group.'),
  text: text({ min: 1, max: 200 })
    .optional()
    .describe('Only with this text in the message, the input or the headers, in whatever case.'),
  since: time('Parked at this time or later.'),
  until: time('Parked before this time.'),
  where: text({ min: 1, max: 2_000 })
    .refine(isLetterFilter, { error: ({ input }) => letterFilterFault(String(input)) })
    .optional()
    .describe(
      `Only letters for which this holds: CEL over ${Object.keys(LETTER_FIELDS).join(', ')}, e.g. \`input.customer.id == "x" && attempts > 2\`.`,
    ),
};

export const DeadLettersQuery = z.strictObject({ status: LetterStatus.optional(), ...letters, ...page });
export type DeadLettersQuery = z.infer<typeof DeadLettersQuery>;

export const JobsQuery = z.strictObject({ status: JobStatus.optional(), ...page });
export type JobsQuery = z.infer<typeof JobsQuery>;

export const JobItemsQuery = z.strictObject({ status: JobItemStatus.optional(), ...page });
export type JobItemsQuery = z.infer<typeof JobItemsQuery>;

export const ActsQuery = z.strictObject({
  kind: name.describe('Only acts of this kind, e.g. `dead-letter.redrive`.'),
  subject: text({ max: 500 })
    .optional()
    .describe('Only acts on this run, dead letter, job, pipeline, stage or model: its id or its name.'),
  by: name.describe('Only acts of this person.'),
  since: time('Done at this time or later.'),
  until: time('Done before this time.'),
  order: z.enum(['newest', 'oldest']).default('newest').describe('Which acts come first.'),
  ...page,
});
export type ActsQuery = z.infer<typeof ActsQuery>;

/** Partitions that one search reads side by side. */
export const MOST_PARTITIONS = 100;

export const RecordsQuery = z.strictObject({
  partition: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .describe('Only of this partition; of all unless given.'),
  from: z
    .union([z.literal('oldest'), z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)])
    .optional()
    .describe('Where to begin: `oldest`, or an offset, which needs a partition.'),
  at: time('Where to begin: the records written at this time or later.'),
  order: z
    .enum(['newest', 'oldest'])
    .optional()
    .describe(
      'Reads backwards or forwards from there. `newest` unless `from` or `at` is given; backwards begins before the given place.',
    ),
  key: text({ min: 1, max: 500 }).optional().describe('Only records with exactly this key.'),
  text: text({ min: 1, max: 200 })
    .optional()
    .describe('Only records with this text in the key, the value or a header, in whatever case.'),
  contentBytes: z.coerce
    .number()
    .int()
    .min(0)
    .max(2_000_000)
    .default(4_096)
    .describe('Cuts keys, values and headers that are longer.'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many records at most.'),
  cursor: text({ max: 8_000 }).optional().describe('`next` of the answer before, with the same query.'),
});
export type RecordsQuery = z.infer<typeof RecordsQuery>;
