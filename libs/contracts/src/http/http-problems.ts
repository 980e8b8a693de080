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
      'Correct the places that `errors` names: text without NUL characters, numbers that fit a double (send longer ones as text), each key once, at most 100 levels of nesting.',
  },
  INVALID_REQUEST: {
    status: 400,
    title: 'The request is not valid',
    remedy: 'Correct the fields that `errors` names. GET /openapi.json describes every request.',
  },
  INVALID_CURSOR: {
    status: 400,
    title: 'The cursor does not belong to this list',
    remedy: 'Pass `next` of the previous page unchanged and with the same filters, or start again without a cursor.',
  },
  UNKNOWN_HOST: {
    status: 403,
    title: 'The gateway does not know the name it was asked by',
    remedy:
      'Use localhost or an IP address. Or set PUBLIC_URL to the URL that people use (several with commas) and restart the gateway.',
  },
  CROSS_SITE: {
    status: 403,
    title: 'Another web site may not do this',
    remedy:
      'Use the console of this gateway, or a client that is not a browser. Behind a proxy, set PUBLIC_URL to the URL that the browser shows.',
  },
  READ_ONLY: {
    status: 403,
    title: 'This gateway only shows',
    remedy: 'Ask a gateway that takes changes: this one was started with READ_ONLY=true.',
  },
  UNKNOWN_ROUTE: {
    status: 404,
    title: 'There is nothing here',
    remedy: 'Correct the path: GET /openapi.json lists all of them.',
  },
  UNKNOWN_RUN: { status: 404, title: 'No such run', remedy: 'Check the id: GET /v1/runs lists the runs.' },
  UNKNOWN_STEP: {
    status: 404,
    title: 'No such step',
    remedy: 'Check the name: GET /v1/runs/{id} shows the steps of the run.',
  },
  UNKNOWN_REVIEW: {
    status: 404,
    title: 'No such review',
    remedy: 'Check the id: GET /v1/reviews lists the open reviews.',
  },
  UNKNOWN_DEAD_LETTER: {
    status: 404,
    title: 'No such dead letter',
    remedy: 'Check the id: GET /v1/dead-letters lists the dead letters.',
  },
  UNKNOWN_JOB: {
    status: 404,
    title: 'No such job',
    remedy: 'Check the id: GET /v1/jobs lists the jobs.',
  },
  UNKNOWN_RECOVERY: {
    status: 404,
    title: 'No such recovery',
    remedy: 'Check the id, or begin a recovery with POST /v1/recoveries.',
  },
  UNKNOWN_PIPELINE: {
    status: 404,
    title: 'No such pipeline',
    remedy: 'Check the name: GET /v1/pipelines lists the deployed pipelines.',
  },
  UNKNOWN_CALLBACK: {
    status: 404,
    title: 'No step is answered here',
    remedy:
      'Call the whole URL that came as `millrace-callback`. Set CALLBACK_KEY to the same value for the gateway and the HTTP stages.',
  },
  CALLBACK_OVER: {
    status: 410,
    title: 'The step does not wait for this answer any more',
    remedy:
      'Stop calling this URL: the attempt was answered, given up or cancelled. A new attempt has a URL of its own.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Not with this method',
    remedy: 'Use one of the methods in the header `Allow`.',
  },
  NOT_ALLOWED_NOW: {
    status: 409,
    title: 'This cannot be done now',
    remedy: 'Choose an action that `allowedActions` of the run, step, review or dead letter names.',
  },
  REDRIVE_REFUSED: {
    status: 409,
    title: 'The record cannot be sent to where the dead letter says it came from',
    remedy:
      'Look at the record (GET /v1/dead-letters/{id}) and send it to its topic yourself. Its origin cannot be trusted: everybody who may write to `dead-letters` can set these headers.',
  },
  DEAD_LETTER_TAKEN: {
    status: 409,
    title: 'Somebody else was first with this dead letter',
    remedy:
      'Look at the dead letter (GET /v1/dead-letters/{id}): it names who redrove or resolved it. Reopen it if it was resolved by mistake.',
  },
  REDRIVES_USED_UP: {
    status: 409,
    title: 'The dead letter has come back too often',
    remedy:
      'Correct the cause first: the letter came back after each redrive. Then redrive it with a higher `maxRedrives`, or resolve it.',
  },
  REVIEW_CLAIMED: {
    status: 409,
    title: 'Somebody else has claimed the review',
    remedy:
      'Let the person whom the detail names answer the review, or release the claim first (`unclaim`), which the history shows.',
  },
  TOO_LARGE: {
    status: 413,
    title: 'The request is too large',
    remedy: 'Store large content elsewhere and send a reference to it, or raise the limit.',
  },
  UNSUPPORTED_CONTENT_TYPE: {
    status: 415,
    title: 'This content type is not taken here',
    remedy:
      'Send the header `content-type: application/json`, even without a body. POST /v1/runs also accepts message/rfc822.',
  },
  INVALID_INPUT: {
    status: 422,
    title: 'The input does not fit the pipeline',
    remedy: 'Correct the fields that `errors` names. GET /v1/pipelines/{name} shows the schema.',
  },
  UNKNOWN_VERSION: {
    status: 404,
    title: 'No such version',
    remedy: 'Check the version: GET /v1/pipelines/{name}/versions lists the deployed versions.',
  },
  UNKNOWN_DEPLOYMENT: {
    status: 404,
    title: 'No such deployment',
    remedy:
      'Use the id in the answer to the deployment, and try again shortly: a deployment is found once it is applied.',
  },
  UNKNOWN_SCHEDULE: {
    status: 404,
    title: 'No such schedule',
    remedy:
      'Check the name: GET /v1/schedules lists the schedules. Schedules that a plan declares disappear with the plan.',
  },
  SCHEDULE_REFUSED: {
    status: 422,
    title: 'The schedule cannot be made',
    remedy:
      'Correct the schedule where the detail says: a cron expression has five fields (minute, hour, day, month, weekday), the time zone is an IANA name.',
  },
  TRIGGER_TOPIC_MISSING: {
    status: 422,
    title: 'The topic of a trigger does not exist',
    remedy: 'Create the topic that the detail names, or correct its name. Then deploy again.',
  },
  UNKNOWN_STAGE: {
    status: 404,
    title: 'No such stage',
    remedy: 'Check the name: GET /v1/stages lists the stages that pipelines use.',
  },
  UNKNOWN_TOPIC: {
    status: 404,
    title: 'No such topic',
    remedy:
      'Check the name: GET /v1/topics lists the topics that this gateway shows. SHOWN_TOPICS of the gateway adds topics that are not Millrace’s.',
  },
  CONTENT_HIDDEN: {
    status: 403,
    title: 'This gateway does not show what records hold',
    remedy:
      'Leave out `text` and `key`, or ask a gateway that shows the content of records: this one was started with RECORD_CONTENT=hidden.',
  },
  TOO_MANY_SEARCHES: {
    status: 503,
    title: 'Too many people read topics through this gateway now',
    retryable: true,
    remedy: 'Try again after `Retry-After` seconds.',
  },
  LIMIT_TOO_SMALL: {
    status: 422,
    title: 'The limit is smaller than the number of partitions',
    remedy:
      'Raise the limit to at least one for each partition of the stage’s topic, or create the topic with fewer partitions.',
  },
  NO_CANARY: {
    status: 409,
    title: 'There is no canary',
    remedy: 'Deploy a version as a canary first (with a share of new runs); then promote it.',
  },
  STAGE_UNSERVED: {
    status: 422,
    title: 'No process serves a stage of the plan',
    remedy:
      'Correct the name of the stage, or start the process that serves it. To deploy first and start the process later, pass `allowUnserved` or `--allow-unserved`.',
  },
  CONTRACT_MISFIT: {
    status: 422,
    title: 'The plan does not fit the contract of a stage',
    remedy:
      'Correct the steps that `errors` names: their input does not fit the stage, or they read a field that a stage does not give. To deploy all the same, pass `allowUnserved` or `--allow-unserved`.',
  },
  PLAN_REFUSED: {
    status: 422,
    title: 'The plan cannot be run',
    remedy: 'Correct the pipeline where the detail says and deploy it again. The former version is still in use.',
  },
  CONTRACT_BREAKS: {
    status: 422,
    title: 'A stage’s new contract would break those who know it',
    remedy:
      'Give the changed contract a new stage name (`draft-v2`) and use that stage in new plans: a contract may only grow.',
  },
  STAGE_TOPIC_MISSING: {
    status: 422,
    title: 'A stage has no topic',
    remedy: 'Create the topic that the detail names, or let Millrace do it (CREATE_TOPICS=true).',
  },
  MOVE_REFUSED: {
    status: 422,
    title: 'The run does not fit the plan',
    remedy:
      'Move the run from an earlier step of that plan, or leave it on its own plan. `errors` names what does not fit.',
  },
  EFFECTS_NOT_ALLOWED: {
    status: 422,
    title: 'The replay would have effects outside',
    remedy:
      'Replay with `allowEffects` (`--allow-effects`) if the steps that `errors` names shall do their work once more, or from a step behind them.',
  },
  INVALID_ANSWER: {
    status: 422,
    title: 'The answer does not fit the step',
    remedy: 'Correct the fields that `errors` names. GET /v1/reviews/{id} shows the schema.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'The idempotency key was used for another input',
    remedy: 'Use a new key for a new input: the same key and input give the same run.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something went wrong here',
    retryable: true,
    remedy: 'Try again. The gateway’s log has the cause under the trace id.',
  },
  BROKER_UNAVAILABLE: {
    status: 503,
    title: 'The broker cannot be reached',
    retryable: true,
    remedy: 'Try again after `Retry-After` seconds. With the same Idempotency-Key nothing happens twice.',
  },
  BLOB_STORE_AWAY: {
    status: 503,
    title: 'The blob store cannot be reached',
    retryable: true,
    remedy: 'Try again after `Retry-After` seconds. If this persists, check the store that BLOBS names.',
  },
  BLOB_UNREADABLE: {
    status: 502,
    title: 'The blob cannot be read',
    remedy: 'Put the blob back from a backup if it is damaged, or add its key to BLOB_KEY_FILE: `detail` says which.',
  },
  UNKNOWN_BLOB: {
    status: 404,
    title: 'There is no such blob',
    remedy: 'Check the run and the checksum. A blob is removed together with its run.',
  },
  NOT_TAKEN_ON_YET: {
    status: 503,
    title: 'The run has not been taken on yet',
    retryable: true,
    remedy:
      'Send the same request with the same Idempotency-Key again after `Retry-After` seconds: it starts no second run. If this persists, check that a coordinator is running.',
  },
  TOO_MANY_WATCHED: {
    status: 503,
    title: 'Too many steps are watched here',
    retryable: true,
    remedy: 'Try again after `Retry-After` seconds, or watch the run itself: GET /v1/runs/{id}/events.',
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
