import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { readJson } from './values/json.js';
import { Attempt, Name, StepName, TimeMs, Traceparent } from './values/values.js';

/** Names one attempt of a step, with what its answer has to say: whoever holds it can answer for the stage, later. */
export const AttemptTicket = z.object({
  run: z.string().regex(/^run_[0-9a-z]{26}$/),
  step: StepName,
  attempt: Attempt,
  stage: Name,
  startedAt: TimeMs,
  /** The coordinator gives the attempt up then. */
  expires: TimeMs,
  trace: Traceparent,
});
export type AttemptTicket = z.infer<typeof AttemptTicket>;

/** The longest token that is looked at: a ticket’s names have at most 200 characters each. */
const LONGEST = 4_000;

/** Writes a ticket as a token for URLs. Nobody without the key can make one, or change what it names. */
export function signTicket(ticket: AttemptTicket, key: string): string {
  const text = Buffer.from(JSON.stringify(ticket)).toString('base64url');
  return `${text}.${macOf(text, key)}`;
}

/** Reads a token; undefined where it was not signed with the key. */
export function readTicket(token: string, key: string): AttemptTicket | undefined {
  const [text = '', mac = '', ...more] = token.length > LONGEST ? [] : token.split('.');
  if (text === '' || more.length > 0) return undefined;
  const given = Buffer.from(mac);
  const expected = Buffer.from(macOf(text, key));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return AttemptTicket.safeParse(readJson(Buffer.from(text, 'base64url')).value).data;
}

const macOf = (text: string, key: string): string =>
  createHmac('sha256', key).update(`millrace.callback.${text}`).digest('base64url');
