import { z } from 'zod';
import { detailsOf, failure, type Failure } from '../failures.js';
import { jsonFailure, readJson } from '../values/json.js';
import { Name, Person, Reason, text } from '../values/values.js';
import { isRunId } from './of-step.js';

/** The name of an outcome, as `outcomes.NAME` in filters. */
export const OutcomeName = text({ max: 50 }).regex(
  /^[a-zA-Z][a-zA-Z0-9_]{0,49}$/,
  'expected letters, digits and _, the first a letter',
);

/** An outcome is a value by which runs are found; larger things stand elsewhere, and the comment says where. */
export const OutcomeValue = z.union([text({ max: 2_000 }), z.number(), z.boolean()]);
export type OutcomeValue = z.infer<typeof OutcomeValue>;

/** The most outcomes of one run that are kept. */
export const MOST_OUTCOMES = 200;

/** Says what became of a run later: a record on `outcomes`, from whatever system knows it. */
export const OutcomeReported = z
  .object({
    /** The same one twice is one outcome; without it each record is one. */
    id: Name.optional(),
    run: z.string().refine(isRunId, 'expected the id of a run').optional(),
    /** Instead of a run: the newest run that has this business attribute. */
    attribute: z.object({ name: text({ min: 1, max: 50 }), value: OutcomeValue, pipeline: Name.optional() }).optional(),
    name: OutcomeName,
    value: OutcomeValue,
    comment: Reason.optional(),
    by: Person.optional(),
  })
  .refine(
    ({ run, attribute }) => (run === undefined) !== (attribute === undefined),
    'expected either run or attribute',
  );
export type OutcomeReported = z.infer<typeof OutcomeReported>;

/** Reads a record on `outcomes`; a failure where the record is none. */
export function readOutcome(value: Uint8Array | null): { outcome: OutcomeReported } | { failure: Failure } {
  const { value: json, fault } = readJson(value ?? '', { maxDepth: 10 });
  if (fault) return { failure: jsonFailure(fault) };
  const { data, error } = OutcomeReported.safeParse(json);
  if (data) return { outcome: data };
  return { failure: failure('INVALID_RECORD', 'The record is no outcome of a run.', { details: detailsOf(error) }) };
}
