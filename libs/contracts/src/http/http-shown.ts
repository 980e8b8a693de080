import { z } from 'zod';
import { Failure } from '../failures.js';
import { MadeCall } from '../records/made-calls.js';

/* The parts that several views share. */

/** RFC 3339, in UTC. */
export const Time = z.iso.datetime();
export const Json = z.unknown();
export const Links = z.record(z.string(), z.string()).describe('Paths of what belongs to this, by name.');

export const Action = z.enum([
  ...(['cancel', 'pause', 'resume', 'move', 'signal', 'answer', 'claim', 'unclaim'] as const),
  ...(['redrive', 'resolve', 'reopen', 'stop'] as const),
]);
export type Action = z.infer<typeof Action>;
export const AllowedActions = z
  .array(Action)
  .describe('The actions that are possible now; any other is refused with 409.');

/** A failure as it is shown: what happened, and what to do about it. */
export const FailureView = Failure.extend({ remedy: z.string() });
export type FailureView = z.infer<typeof FailureView>;

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    /** Pass it as `cursor` to get the next page; absent on the last one. */
    next: z.string().optional(),
  });

/** The time since which something is paused, the person who paused it, and the reason. */
export const Paused = z.object({ since: Time, by: z.string().optional(), reason: z.string().optional() });

/** A call of a model, and what it cost by the prices that are set now; without a price it has no cost. */
export const ModelCallView = MadeCall.extend({
  cost: z.object({ money: z.number().nonnegative(), currency: z.string() }).optional(),
});
export type ModelCallView = z.infer<typeof ModelCallView>;

export const AttemptView = z.object({
  attempt: z.int().nonnegative(),
  /** A fallback did it: this stage. */
  fallback: z.boolean().optional(),
  stage: z.string().optional(),
  /** The time at which it was requested. */
  requestedAt: Time,
  /** The time at which its stage began; absent where no stage has said so. */
  startedAt: Time.optional(),
  endedAt: Time.optional(),
  failure: FailureView.optional(),
  /** The model's answer that could not be used, as it came. */
  answer: z.string().optional(),
  /** The calls of models that it made, in order: the last 20. */
  calls: z.array(ModelCallView).optional(),
  /** Earlier calls that are not kept. */
  callsLeftOut: z.int().positive().optional(),
});
export type AttemptView = z.infer<typeof AttemptView>;
