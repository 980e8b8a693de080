import { z } from 'zod';

/** RFC 9457. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  /** The same request may succeed later. */
  retryable: z.boolean(),
  traceId: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

interface Entry {
  readonly status: number;
  readonly title: string;
  readonly retryable?: boolean;
  readonly remedy: string;
}

/** Every problem that the HTTP API answers with, and what to do about it. `docs/reference/errors.md` is generated from here. */
export const PROBLEMS = {
  INVALID_JSON: { status: 400, title: 'The body is not JSON', remedy: 'Send one JSON value, in UTF-8.' },
  INVALID_VALUE: {
    status: 422,
    title: 'The request holds a value that cannot be kept as it is',
    remedy:
      'Correct what `errors` names: text without NUL, numbers that a double holds (send longer ones as text), each key once, at most 100 levels.',
  },
  INVALID_REQUEST: {
    status: 400,
    title: 'The request is not valid',
    remedy: 'Correct what `errors` names; GET /openapi.json describes every request.',
  },
  INVALID_CURSOR: {
    status: 400,
    title: 'The cursor does not belong to this list',
    remedy: 'Pass `next` of the page before it unchanged, with the same filters; or begin again without a cursor.',
  },
  UNKNOWN_HOST: {
    status: 403,
    title: 'The gateway does not know the name it was asked by',
    remedy:
      'Use localhost or an IP address; or list the URL that people use in PUBLIC_URL (several with commas) and restart.',
  },
  CROSS_SITE: {
    status: 403,
    title: 'Another web site may not do this',
    remedy:
      'Use the page that this gateway serves, or a client that is not a web page. Behind a proxy, set PUBLIC_URL to the URL that the browser shows.',
  },
  UNKNOWN_ROUTE: { status: 404, title: 'There is nothing here', remedy: 'GET /openapi.json lists every path.' },
  UNKNOWN_RUN: { status: 404, title: 'No such run', remedy: 'GET /v1/runs lists the runs there are.' },
  UNKNOWN_STEP: { status: 404, title: 'No such step', remedy: 'GET /v1/runs/{id} names the steps of the run.' },
  UNKNOWN_REVIEW: { status: 404, title: 'No such review', remedy: 'GET /v1/reviews lists those that are open.' },
  UNKNOWN_DEAD_LETTER: { status: 404, title: 'No such dead letter', remedy: 'GET /v1/dead-letters lists them.' },
  UNKNOWN_RECOVERY: { status: 404, title: 'No such recovery', remedy: 'POST /v1/recoveries begins one.' },
  UNKNOWN_PIPELINE: {
    status: 404,
    title: 'No such pipeline',
    remedy: 'GET /v1/pipelines lists those that are deployed.',
  },
  UNKNOWN_CALLBACK: {
    status: 404,
    title: 'No step is answered here',
    remedy:
      'Call the whole URL that came as `millrace-callback`, and give gateway and HTTP stages the same CALLBACK_KEY.',
  },
  CALLBACK_OVER: {
    status: 410,
    title: 'The step does not wait for this answer any more',
    remedy:
      'Nothing to do: the attempt was answered, given up or cancelled. A new attempt comes with a URL of its own.',
  },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Not with this method', remedy: 'Use one of those in the header `Allow`.' },
  NOT_ALLOWED_NOW: {
    status: 409,
    title: 'This cannot be done now',
    remedy: '`allowedActions` of a run, step, review or dead letter says what can be.',
  },
  REDRIVE_REFUSED: {
    status: 409,
    title: 'The record cannot be sent to where the dead letter says it came from',
    remedy:
      'Look at the record (`GET /v1/dead-letters/{id}`) and send it yourself where it belongs. Topic and offset are headers that everybody who may write to `dead-letters` can set.',
  },
  REVIEW_CLAIMED: {
    status: 409,
    title: 'Somebody else has claimed the review',
    remedy:
      'Let the one whom the detail names answer it, or give the claim back first (`unclaim`): that is in the history.',
  },
  TOO_LARGE: {
    status: 413,
    title: 'The request is too large',
    remedy: 'Put large content elsewhere and send a reference to it, or raise the limit.',
  },
  UNSUPPORTED_CONTENT_TYPE: {
    status: 415,
    title: 'This content type is not taken here',
    remedy:
      'Send the header `content-type: application/json`, also without a body; POST /v1/runs also takes message/rfc822.',
  },
  INVALID_INPUT: {
    status: 422,
    title: 'The input does not fit the pipeline',
    remedy: 'Correct what `errors` names; GET /v1/pipelines/{name} shows the schema.',
  },
  UNKNOWN_VERSION: {
    status: 404,
    title: 'No such version',
    remedy: 'GET /v1/pipelines/{name}/versions lists those that were deployed.',
  },
  UNKNOWN_DEPLOYMENT: {
    status: 404,
    title: 'No such deployment',
    remedy: 'Use the id that the deployment was answered with; one that is not applied yet is not found.',
  },
  UNKNOWN_SCHEDULE: {
    status: 404,
    title: 'No such schedule',
    remedy: 'GET /v1/schedules lists them; those of a plan go with the plan.',
  },
  SCHEDULE_REFUSED: {
    status: 422,
    title: 'The schedule cannot be made',
    remedy:
      'Correct what the detail names; cron has five fields (minute, hour, day, month, weekday) and an IANA time zone.',
  },
  TRIGGER_TOPIC_MISSING: {
    status: 422,
    title: 'The topic of a trigger does not exist',
    remedy: 'Create the topic that the detail names, or correct its name; then deploy again.',
  },
  UNKNOWN_STAGE: { status: 404, title: 'No such stage', remedy: 'GET /v1/stages lists those that pipelines use.' },
  LIMIT_TOO_SMALL: {
    status: 422,
    title: 'The limit is smaller than the number of partitions',
    remedy:
      'Each partition of the stage’s topic needs at least one of it: raise the limit, or create the topic with fewer partitions.',
  },
  NO_CANARY: {
    status: 409,
    title: 'There is no canary',
    remedy: 'Deploy a version with a share first; then it can be promoted.',
  },
  STAGE_UNSERVED: {
    status: 422,
    title: 'Nobody serves a stage of the plan',
    remedy:
      'Correct the name of the stage, or start the process that serves it. To deploy first and start it later, say so: `allowUnserved`, or `--allow-unserved`.',
  },
  CONTRACT_MISFIT: {
    status: 422,
    title: 'The plan does not fit the contract of a stage',
    remedy:
      'Correct what `errors` names: what a step gives its stage, or reads of one. `allowUnserved`, or `--allow-unserved`, deploys it all the same.',
  },
  PLAN_REFUSED: {
    status: 422,
    title: 'The plan cannot be run',
    remedy: 'Correct what the detail names and deploy again; nothing has changed.',
  },
  CONTRACT_BREAKS: {
    status: 422,
    title: 'A stage’s new contract would break those who know it',
    remedy:
      'A contract may only grow. Put the new one under a new name of a stage (`draft-v2`), and let new plans use that one.',
  },
  STAGE_TOPIC_MISSING: {
    status: 422,
    title: 'A stage has no topic',
    remedy: 'Create the topic that the detail names, or let Millrace do it (CREATE_TOPICS=true).',
  },
  MOVE_REFUSED: {
    status: 422,
    title: 'The run does not fit the plan',
    remedy: 'Move it from an earlier step of that plan, or leave it on its own; `errors` names what does not fit.',
  },
  INVALID_ANSWER: {
    status: 422,
    title: 'The answer does not fit the step',
    remedy: 'Correct what `errors` names; GET /v1/reviews/{id} shows the schema.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'The idempotency key was used for another input',
    remedy: 'Use a new key for a new input; the same key and input give the same run.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something went wrong here',
    retryable: true,
    remedy: 'Try again; the gateway’s log has the cause under the trace id.',
  },
  BROKER_UNAVAILABLE: {
    status: 503,
    title: 'The broker cannot be reached',
    retryable: true,
    remedy: 'Try again after `Retry-After` seconds; with the same Idempotency-Key nothing happens twice.',
  },
  NOT_TAKEN_ON_YET: {
    status: 503,
    title: 'The run has not been taken on yet',
    retryable: true,
    remedy:
      'Send the same request with the same Idempotency-Key again after `Retry-After` seconds: it is one run, and the answer says whose input it has. If this stays so, see whether a coordinator is running.',
  },
  STORE_UNAVAILABLE: {
    status: 503,
    title: 'The store cannot be reached',
    retryable: true,
    remedy: 'Try again after `Retry-After` seconds.',
  },
} as const satisfies Record<string, Entry>;
export type ProblemCode = keyof typeof PROBLEMS;

/** A problem of the catalogue. */
export function problem(
  code: ProblemCode,
  detail: string,
  more?: Partial<Pick<Problem, 'errors' | 'traceId'>>,
): Problem {
  const { status, title, retryable = false }: Entry = PROBLEMS[code];
  const type = `urn:millrace:problem:${code.toLowerCase().replaceAll('_', '-')}`;
  return { type, title, status, detail, code, retryable, ...more };
}

/** Returns what to do about a problem; empty for a code that is not in the catalogue. */
export const problemRemedyOf = (code: string): string => (PROBLEMS as Record<string, Entry>)[code]?.remedy ?? '';
