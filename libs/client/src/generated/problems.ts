// Written by `npm run generate` from the OpenAPI document. Do not edit.

/** What to do about each problem that the API answers with. */
export const PROBLEM_REMEDIES = {
  INVALID_JSON: 'Send one JSON value, in UTF-8.',
  INVALID_VALUE:
    'Correct what `errors` names: text without NUL, numbers that a double holds (send longer ones as text), each key once, at most 100 levels.',
  INVALID_REQUEST: 'Correct what `errors` names; GET /openapi.json describes every request.',
  INVALID_CURSOR:
    'Pass `next` of the page before it unchanged, with the same filters; or begin again without a cursor.',
  UNKNOWN_HOST:
    'Use localhost or an IP address; or list the URL that people use in PUBLIC_URL (several with commas) and restart.',
  CROSS_SITE:
    'Use the page that this gateway serves, or a client that is not a web page. Behind a proxy, set PUBLIC_URL to the URL that the browser shows.',
  UNKNOWN_ROUTE: 'GET /openapi.json lists every path.',
  UNKNOWN_RUN: 'GET /v1/runs lists the runs there are.',
  UNKNOWN_STEP: 'GET /v1/runs/{id} names the steps of the run.',
  UNKNOWN_REVIEW: 'GET /v1/reviews lists those that are open.',
  UNKNOWN_DEAD_LETTER: 'GET /v1/dead-letters lists them.',
  UNKNOWN_RECOVERY: 'POST /v1/recoveries begins one.',
  UNKNOWN_PIPELINE: 'GET /v1/pipelines lists those that are deployed.',
  UNKNOWN_CALLBACK:
    'Call the whole URL that came as `millrace-callback`, and give gateway and HTTP stages the same CALLBACK_KEY.',
  CALLBACK_OVER:
    'Nothing to do: the attempt was answered, given up or cancelled. A new attempt comes with a URL of its own.',
  METHOD_NOT_ALLOWED: 'Use one of those in the header `Allow`.',
  NOT_ALLOWED_NOW: '`allowedActions` of a run, step, review or dead letter says what can be.',
  REDRIVE_REFUSED:
    'Look at the record (`GET /v1/dead-letters/{id}`) and send it yourself where it belongs. Topic and offset are headers that everybody who may write to `dead-letters` can set.',
  REVIEW_CLAIMED:
    'Let the one whom the detail names answer it, or give the claim back first (`unclaim`): that is in the history.',
  TOO_LARGE: 'Put large content elsewhere and send a reference to it, or raise the limit.',
  UNSUPPORTED_CONTENT_TYPE:
    'Send the header `content-type: application/json`, also without a body; POST /v1/runs also takes message/rfc822.',
  INVALID_INPUT: 'Correct what `errors` names; GET /v1/pipelines/{name} shows the schema.',
  UNKNOWN_VERSION: 'GET /v1/pipelines/{name}/versions lists those that were deployed.',
  UNKNOWN_DEPLOYMENT: 'Use the id that the deployment was answered with; one that is not applied yet is not found.',
  UNKNOWN_SCHEDULE: 'GET /v1/schedules lists them; those of a plan go with the plan.',
  SCHEDULE_REFUSED:
    'Correct what the detail names; cron has five fields (minute, hour, day, month, weekday) and an IANA time zone.',
  TRIGGER_TOPIC_MISSING: 'Create the topic that the detail names, or correct its name; then deploy again.',
  UNKNOWN_STAGE: 'GET /v1/stages lists those that pipelines use.',
  LIMIT_TOO_SMALL:
    'Each partition of the stage’s topic needs at least one of it: raise the limit, or create the topic with fewer partitions.',
  NO_CANARY: 'Deploy a version with a share first; then it can be promoted.',
  STAGE_UNSERVED:
    'Correct the name of the stage, or start the process that serves it. To deploy first and start it later, say so: `allowUnserved`, or `--allow-unserved`.',
  CONTRACT_MISFIT:
    'Correct what `errors` names: what a step gives its stage, or reads of one. `allowUnserved`, or `--allow-unserved`, deploys it all the same.',
  PLAN_REFUSED: 'Correct what the detail names and deploy again; nothing has changed.',
  CONTRACT_BREAKS:
    'A contract may only grow. Put the new one under a new name of a stage (`draft-v2`), and let new plans use that one.',
  STAGE_TOPIC_MISSING: 'Create the topic that the detail names, or let Millrace do it (CREATE_TOPICS=true).',
  MOVE_REFUSED: 'Move it from an earlier step of that plan, or leave it on its own; `errors` names what does not fit.',
  INVALID_ANSWER: 'Correct what `errors` names; GET /v1/reviews/{id} shows the schema.',
  IDEMPOTENCY_KEY_REUSED: 'Use a new key for a new input; the same key and input give the same run.',
  INTERNAL: 'Try again; the gateway’s log has the cause under the trace id.',
  BROKER_UNAVAILABLE: 'Try again after `Retry-After` seconds; with the same Idempotency-Key nothing happens twice.',
  NOT_TAKEN_ON_YET:
    'Send the same request with the same Idempotency-Key again after `Retry-After` seconds: it is one run, and the answer says whose input it has. If this stays so, see whether a coordinator is running.',
  STORE_UNAVAILABLE: 'Try again after `Retry-After` seconds.',
} as const;
