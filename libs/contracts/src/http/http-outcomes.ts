import { z } from 'zod';
import { OutcomeName, OutcomeReported, OutcomeValue } from '../records/outcomes.js';
import { Name, Person, Reason, text } from '../values/values.js';
import { Time } from './http-shown.js';

const Reported = {
  name: OutcomeName.describe('The kind of outcome, e.g. `rating`; runs are found by it as `outcomes.NAME`.'),
  value: OutcomeValue.describe('A number, a text or a boolean.'),
  comment: Reason.optional().describe('What there is to say about it.'),
  by: Person.optional(),
  id: OutcomeReported.shape.id.describe('The sender’s: the same one twice is one outcome.'),
};

export const OutcomeBody = z.strictObject(Reported);
export type OutcomeBody = z.infer<typeof OutcomeBody>;

export const FoundOutcomeBody = z.strictObject({
  ...Reported,
  attribute: z
    .strictObject({ name: text({ min: 1, max: 50 }), value: OutcomeValue, pipeline: Name.optional() })
    .describe('The business attribute by which the run is found: the newest run that has it.'),
});
export type FoundOutcomeBody = z.infer<typeof FoundOutcomeBody>;

/** An outcome: it says what became of a run later. */
export const OutcomeView = z.object({
  id: z.string(),
  at: Time,
  name: z.string(),
  value: OutcomeValue,
  comment: z.string().optional(),
  by: z.string().optional(),
});
export type OutcomeView = z.infer<typeof OutcomeView>;
