// Written by `npm run generate` from the OpenAPI document. Do not edit.

/** What to do about each problem that the API answers with. */
export const PROBLEM_REMEDIES = {
  INVALID_JSON: 'Send one JSON value, in UTF-8.',
  INVALID_VALUE:
    'Correct the places that `errors` names: text without NUL characters, numbers that fit a double (send longer ones as text), each key once, at most 100 levels of nesting.',
  INVALID_REQUEST: 'Correct the fields that `errors` names. GET /openapi.json describes every request.',
  INVALID_CURSOR:
    'Pass `next` of the previous page unchanged and with the same filters, or start again without a cursor.',
  UNKNOWN_HOST:
    'Use localhost or an IP address. Or set PUBLIC_URL to the URL that people use (several with commas) and restart the gateway.',
  CROSS_SITE:
    'Use the console of this gateway, or a client that is not a browser. Behind a proxy, set PUBLIC_URL to the URL that the browser shows.',
  READ_ONLY: 'Ask a gateway that takes changes: this one was started with READ_ONLY=true.',
  UNKNOWN_ROUTE: 'Correct the path: GET /openapi.json lists all of them.',
  UNKNOWN_RUN: 'Check the id: GET /v1/runs lists the runs.',
  UNKNOWN_STEP: 'Check the name: GET /v1/runs/{id} shows the steps of the run.',
  UNKNOWN_REVIEW: 'Check the id: GET /v1/reviews lists the open reviews.',
  UNKNOWN_DEAD_LETTER: 'Check the id: GET /v1/dead-letters lists the dead letters.',
  UNKNOWN_JOB: 'Check the id: GET /v1/jobs lists the jobs.',
  UNKNOWN_RECOVERY: 'Check the id, or begin a recovery with POST /v1/recoveries.',
  UNKNOWN_PIPELINE: 'Check the name: GET /v1/pipelines lists the deployed pipelines.',
  UNKNOWN_CALLBACK:
    'Call the whole URL that came as `millrace-callback`. Set CALLBACK_KEY to the same value for the gateway and the HTTP stages.',
  CALLBACK_OVER:
    'Stop calling this URL: the attempt was answered, given up or cancelled. A new attempt has a URL of its own.',
  METHOD_NOT_ALLOWED: 'Use one of the methods in the header `Allow`.',
  NOT_ALLOWED_NOW: 'Choose an action that `allowedActions` of the run, step, review or dead letter names.',
  REDRIVE_REFUSED:
    'Look at the record (GET /v1/dead-letters/{id}) and send it to its topic yourself. Its origin cannot be trusted: everybody who may write to `dead-letters` can set these headers.',
  DEAD_LETTER_TAKEN:
    'Look at the dead letter (GET /v1/dead-letters/{id}): it names who redrove or resolved it. Reopen it if it was resolved by mistake.',
  REDRIVES_USED_UP:
    'Correct the cause first: the letter came back after each redrive. Then redrive it with a higher `maxRedrives`, or resolve it.',
  REVIEW_CLAIMED:
    'Let the person whom the detail names answer the review, or release the claim first (`unclaim`), which the history shows.',
  TOO_LARGE: 'Store large content elsewhere and send a reference to it, or raise the limit.',
  UNSUPPORTED_CONTENT_TYPE:
    'Send the header `content-type: application/json`, even without a body. POST /v1/runs also accepts message/rfc822.',
  INVALID_INPUT: 'Correct the fields that `errors` names. GET /v1/pipelines/{name} shows the schema.',
  UNKNOWN_VERSION: 'Check the version: GET /v1/pipelines/{name}/versions lists the deployed versions.',
  UNKNOWN_DEPLOYMENT:
    'Use the id in the answer to the deployment, and try again shortly: a deployment is found once it is applied.',
  UNKNOWN_SCHEDULE:
    'Check the name: GET /v1/schedules lists the schedules. Schedules that a plan declares disappear with the plan.',
  SCHEDULE_REFUSED:
    'Correct the schedule where the detail says: a cron expression has five fields (minute, hour, day, month, weekday), the time zone is an IANA name.',
  TRIGGER_TOPIC_MISSING: 'Create the topic that the detail names, or correct its name. Then deploy again.',
  UNKNOWN_STAGE: 'Check the name: GET /v1/stages lists the stages that pipelines use.',
  UNKNOWN_TOPIC:
    'Check the name: GET /v1/topics lists the topics that this gateway shows. SHOWN_TOPICS of the gateway adds topics that are not Millrace’s.',
  CONTENT_HIDDEN:
    'Leave out `text` and `key`, or ask a gateway that shows the content of records: this one was started with RECORD_CONTENT=hidden.',
  TOO_MANY_SEARCHES: 'Try again after `Retry-After` seconds.',
  LIMIT_TOO_SMALL:
    'Raise the limit to at least one for each partition of the stage’s topic, or create the topic with fewer partitions.',
  NO_CANARY: 'Deploy a version as a canary first (with a share of new runs); then promote it.',
  STAGE_UNSERVED:
    'Correct the name of the stage, or start the process that serves it. To deploy first and start the process later, pass `allowUnserved` or `--allow-unserved`.',
  CONTRACT_MISFIT:
    'Correct the steps that `errors` names: their input does not fit the stage, or they read a field that a stage does not give. To deploy all the same, pass `allowUnserved` or `--allow-unserved`.',
  PLAN_REFUSED: 'Correct the pipeline where the detail says and deploy it again. The former version is still in use.',
  CONTRACT_BREAKS:
    'Give the changed contract a new stage name (`draft-v2`) and use that stage in new plans: a contract may only grow.',
  STAGE_TOPIC_MISSING: 'Create the topic that the detail names, or let Millrace do it (CREATE_TOPICS=true).',
  MOVE_REFUSED:
    'Move the run from an earlier step of that plan, or leave it on its own plan. `errors` names what does not fit.',
  EFFECTS_NOT_ALLOWED:
    'Replay with `allowEffects` (`--allow-effects`) if the steps that `errors` names shall do their work once more, or from a step behind them.',
  INVALID_ANSWER: 'Correct the fields that `errors` names. GET /v1/reviews/{id} shows the schema.',
  IDEMPOTENCY_KEY_REUSED: 'Use a new key for a new input: the same key and input give the same run.',
  INTERNAL: 'Try again. The gateway’s log has the cause under the trace id.',
  BROKER_UNAVAILABLE: 'Try again after `Retry-After` seconds. With the same Idempotency-Key nothing happens twice.',
  BLOB_STORE_AWAY: 'Try again after `Retry-After` seconds. If this persists, check the store that BLOBS names.',
  BLOB_UNREADABLE:
    'Put the blob back from a backup if it is damaged, or add its key to BLOB_KEY_FILE: `detail` says which.',
  UNKNOWN_BLOB: 'Check the run and the checksum. A blob is removed together with its run.',
  NOT_TAKEN_ON_YET:
    'Send the same request with the same Idempotency-Key again after `Retry-After` seconds: it starts no second run. If this persists, check that a coordinator is running.',
  TOO_MANY_WATCHED: 'Try again after `Retry-After` seconds, or watch the run itself: GET /v1/runs/{id}/events.',
  STORE_UNAVAILABLE: 'Try again after `Retry-After` seconds.',
} as const;
