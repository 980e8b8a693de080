import { z } from 'zod';
import { Id, Name, StepName, text } from '../values/values.js';
import { RunStatus } from './statuses.js';

/** `run.ended`: a run completed, failed or was cancelled. `letter.parked`: there is a new dead letter. `review.due`: a review waits for a person. */
export const WebhookType = z.enum(['run.ended', 'letter.parked', 'review.due']);
export type WebhookType = z.infer<typeof WebhookType>;

/** The body of a webhook: ids and statuses. Inputs, outputs and messages stay where they are; whoever needs them asks the API. */
export const WebhookBody = z.object({
  type: WebhookType,
  /** The time at which it happened, RFC 3339. */
  timestamp: text({ max: 40 }),
  data: z.object({
    /** Absent for a dead letter of no run. */
    run: Id.optional(),
    pipeline: Name.optional(),
    status: RunStatus.optional(),
    /** The code of the failure, for a run that failed and for a dead letter. */
    code: text({ max: 200 }).optional(),
    step: StepName.optional(),
    deadLetter: Id.optional(),
    /** The time until which a review waits, RFC 3339. */
    due: text({ max: 40 }).optional(),
  }),
});
export type WebhookBody = z.infer<typeof WebhookBody>;
