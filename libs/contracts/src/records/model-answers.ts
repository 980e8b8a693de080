import { z } from 'zod';
import { ModelAnswer } from '../model-call.js';
import { Id, IdempotencyKey } from '../values/values.js';

const Whose = {
  /** The idempotency key of the step. */
  step: IdempotencyKey,
  /** Names this try of the call: the first record of a call that others may have tried counts. */
  claim: Id,
  /** The process that makes the call. */
  process: Id,
};

/**
 * A call of a model within a step that is not committed: a record on `model-answers`, keyed by the call. `claimed`: a process is about to
 * make the call, and waits for its turn. `sent`: the call leaves now, so its outcome is unknown until there is an answer. Without a value the call is over: its step is committed, or the provider did not answer.
 */
export const KeptCall = z.discriminatedUnion('is', [
  z.object({ is: z.literal('claimed'), ...Whose }),
  z.object({ is: z.literal('sent'), ...Whose }),
  z.object({ is: z.literal('answered'), ...Whose, answer: ModelAnswer }),
]);
export type KeptCall = z.infer<typeof KeptCall>;
