import { z } from 'zod';
import { ByWhom, Name } from '../values/values.js';
import { Json } from './http-shown.js';

export const SignalBody = z.strictObject({
  payload: Json,
  /** The sender's; the same one twice counts once. */
  id: Name.optional(),
  ...ByWhom,
});
export type SignalBody = z.infer<typeof SignalBody>;

export const AnswerBody = z.strictObject({ answer: Json, ...ByWhom });
export type AnswerBody = z.infer<typeof AnswerBody>;
