import { z } from 'zod';
import { pointerOf } from './values/json-pointer.js';
import { cut } from './values/cut.js';
import { DurationMs, text } from './values/values.js';

/** `transient`: the same work may succeed when tried again. `permanent`: it will not, whatever the policy says. */
export const FailureKind = z.enum(['transient', 'permanent']);
export type FailureKind = z.infer<typeof FailureKind>;

/** The failure of an attempt, a record or a run, as it travels and is stored. Holds no payload. */
export const Failure = z.object({
  /** From the catalogue below, or a stage's own in the same SCREAMING_SNAKE_CASE. */
  code: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/)
    .max(64),
  kind: FailureKind,
  message: text({ max: 2_000 }),
  /** The earliest time at which to try again, in milliseconds from the failure, where the failing side said so. */
  retryAfterMs: DurationMs.optional(),
  /** JSON pointers into the input or output and what was expected there; no values. */
  details: z
    .array(z.object({ pointer: text({ max: 2_000 }), detail: text({ max: 2_000 }) }))
    .max(20)
    .optional(),
});
export type Failure = z.infer<typeof Failure>;

interface Entry {
  readonly kind: FailureKind;
  readonly remedy: string;
  /** Every attempt fails so until somebody corrects the service's settings: the service is not ready meanwhile. */
  readonly configuration?: true;
}

/** Every failure that Millrace itself makes, with what to do about it. `docs/reference/errors.md` is generated from here. */
export const FAILURES = {
  INVALID_JSON: {
    kind: 'permanent',
    remedy: 'Publish a JSON value; the record is kept as it came among the dead letters.',
  },
  INVALID_VALUE: {
    kind: 'permanent',
    remedy:
      'Send what every part can keep: text without NUL, numbers that a double holds (longer ones as text), at most 100 levels.',
  },
  INVALID_HEADER: {
    kind: 'permanent',
    remedy: 'Correct the header that the message names: UTF-8 without NUL, no longer than the message says, sent once.',
  },
  INVALID_RECORD: { kind: 'permanent', remedy: 'Compare the record with the schema that the details point into.' },
  INVALID_INPUT: {
    kind: 'permanent',
    remedy: 'Send an input that fits the pipeline; GET /v1/pipelines/{name} shows its schema.',
  },
  INVALID_PRIORITY: { kind: 'permanent', remedy: 'Give the header `priority` as `high`, `normal` or `low`.' },
  INVALID_START_TIME: {
    kind: 'permanent',
    remedy: 'Give the header `start-at` as RFC 3339, e.g. 2026-01-31T09:00:00Z.',
  },
  TRIGGER_TOPIC_MISSING: {
    kind: 'permanent',
    remedy: 'Create the topic that the trigger names, or correct its name; then deploy again.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    kind: 'permanent',
    remedy:
      'A run of this pipeline was started with the same idempotency key and another input: publish the record with a key of its own where it is wanted.',
  },
  MISSING_PIPELINE: { kind: 'permanent', remedy: 'Add the header `pipeline: <name>` to the record.' },
  UNKNOWN_PIPELINE: {
    kind: 'permanent',
    remedy: 'Deploy the pipeline, or correct the name; GET /v1/pipelines lists those that exist.',
  },
  UNKNOWN_RUN: { kind: 'permanent', remedy: 'Check the run id; it was never accepted here.' },
  STORE_BEHIND: {
    kind: 'transient',
    remedy:
      'The database is older than what Kafka was told, as after a restore: nothing is taken until `millrace recover --apply` has brought it up to the topics. `millrace recover` alone says what that would do.',
  },
  UNPROCESSABLE: {
    kind: 'permanent',
    remedy:
      'Millrace failed each time on this record: the log names the error at the record’s topic, partition and offset. Report it; redrive the dead letter once it is mended.',
  },
  RECORD_DAMAGED: {
    kind: 'permanent',
    remedy:
      'Send it again, in smaller batches where it unpacks to too much; where its bytes were changed on the broker’s disk, see to the disk.',
  },
  ANSWER_TOO_LARGE: {
    kind: 'permanent',
    remedy:
      'The record asks for more than one record may (MAX_ANSWER_BYTES): let it pass on less, or a reference to the data.',
  },
  CONTRADICTS_RUN: {
    kind: 'permanent',
    remedy: 'The event says what cannot have happened to its run: see who else may write to the topic `runs`.',
  },
  RECORD_TOO_LARGE: { kind: 'permanent', remedy: 'Put large content elsewhere and send a reference to it.' },
  STAGE_INPUT_INVALID: {
    kind: 'permanent',
    remedy: 'The pipeline passes this stage something that its contract does not take: correct the step’s input.',
  },
  STAGE_OUTPUT_INVALID: {
    kind: 'transient',
    remedy: 'The stage answered with something that its contract does not allow: correct the stage.',
  },
  STAGE_OUTPUT_TOO_LARGE: {
    kind: 'permanent',
    remedy: 'Let the stage put large content elsewhere and answer with a reference to it.',
  },
  STAGE_THREW: {
    kind: 'transient',
    remedy: 'See the stage’s log under the run’s trace id; throw a StageFailure to say whether trying again helps.',
  },
  STAGE_REFUSED: {
    kind: 'permanent',
    remedy: 'A guard or a pipe of the stage turned the command away: see its rules, and what the step passes to it.',
  },
  STAGE_TIMED_OUT: {
    kind: 'transient',
    remedy: 'The stage did not answer within the step’s timeout: raise it, or make the stage heed its AbortSignal.',
  },
  CONDITION_FAILED: {
    kind: 'permanent',
    remedy: 'The step’s `when` could not be evaluated on these values: guard the fields that may be absent.',
  },
  MAPPING_FAILED: {
    kind: 'permanent',
    remedy: 'The step’s input refers to something that is not there: use orElse for optional values.',
  },
  STEP_DEADLINE_PASSED: {
    kind: 'permanent',
    remedy: 'The step took longer than its `deadline`, all attempts together: redrive the dead letter, or raise it.',
  },
  RUN_DEADLINE_PASSED: {
    kind: 'permanent',
    remedy: 'The run took longer than its pipeline’s `deadline`: start it again where it is still wanted, or raise it.',
  },
  SIGNAL_TIMED_OUT: {
    kind: 'permanent',
    remedy: 'Nobody answered in time: redrive the dead letter to wait again, or give the step a default.',
  },
  SIGNAL_UNWANTED: {
    kind: 'permanent',
    remedy:
      'No run waited for the record’s key for as long as such records are kept: correct its key, or start the run, and redrive it.',
  },
  SIGNAL_INVALID: { kind: 'permanent', remedy: 'Send a payload that fits the step’s schema.' },
  REVIEW_CLAIMED: {
    kind: 'permanent',
    remedy: 'Let the one who claimed the review answer it, or give the claim back first; then answer again.',
  },
  PLAN_REFUSED: {
    kind: 'permanent',
    remedy: 'Correct what the message names and deploy again; nothing has changed.',
  },
  CONTRACT_BREAKS: {
    kind: 'permanent',
    remedy:
      'A stage’s contract may only grow: take what it took, give what it gave. Put the new contract under a new name of a stage (`draft-v2`) and let new plans use that one.',
  },
  UNKNOWN_VERSION: { kind: 'permanent', remedy: 'GET /v1/pipelines/{name}/versions lists those that were deployed.' },
  UNKNOWN_SCHEDULE: { kind: 'permanent', remedy: 'GET /v1/schedules lists them; those of a plan go with the plan.' },
  SCHEDULE_REFUSED: {
    kind: 'permanent',
    remedy: 'Correct what the message names; cron has five fields and an IANA time zone.',
  },
  NO_CANARY: { kind: 'permanent', remedy: 'Deploy a version with a share first; then it can be promoted.' },
  STAGE_TOPIC_MISSING: {
    kind: 'permanent',
    remedy: 'Create the topics of the stages that the message names, or let Millrace do it (CREATE_TOPICS=true).',
  },
  MOVE_REFUSED: {
    kind: 'permanent',
    remedy:
      'Move the run from an earlier step of the new plan, or leave it on its own plan; the details name what does not fit.',
  },
  NOT_A_LIST: { kind: 'permanent', remedy: 'The map’s `over` gave no list: pass it one, or orElse(list, []).' },
  TOO_MANY_ITEMS: {
    kind: 'permanent',
    remedy: 'Give the map a shorter list, in several runs, or raise MAX_MAP_ITEMS on every coordinator.',
  },
  TOO_MANY_FAILED: {
    kind: 'permanent',
    remedy: 'See why the items failed; redrive the dead letter to try those again that did.',
  },
  LOOP_LIMIT: {
    kind: 'permanent',
    remedy:
      'The loop’s condition did not hold within its rounds: redrive the dead letter for as many again, or let it go on.',
  },
  CHILD_CANCELLED: {
    kind: 'permanent',
    remedy: 'Somebody cancelled the run that did the step’s work: redrive the dead letter to begin another.',
  },
  MODEL_BUSY: { kind: 'transient', remedy: 'Nothing to do: the step is tried again when the provider allows it.' },
  MODEL_REFUSED: {
    kind: 'permanent',
    configuration: true,
    remedy:
      'Correct the address, the key or the name of the model (MODEL_URL, MODEL_API_KEY, MODEL_NAME): the stage is not ready until a call works.',
  },
  MODEL_REQUEST_REFUSED: {
    kind: 'permanent',
    remedy: 'The model does not take this request (too long, or its content): asking again changes nothing.',
  },
  MODEL_TIMEOUT: { kind: 'transient', remedy: 'Give the model longer (MODEL_TIMEOUT_MS), or use a faster one.' },
  MODEL_UNAVAILABLE: { kind: 'transient', remedy: 'Check the model’s endpoint and its credentials.' },
  MODEL_ANSWER_INVALID: {
    kind: 'transient',
    remedy: 'The model’s answer did not fit the schema: it is asked again, then the fallback answers.',
  },
  ENDPOINT_BUSY: {
    kind: 'transient',
    remedy: 'Nothing to do: the step is tried again when the endpoint allows it (its `Retry-After`).',
  },
  ENDPOINT_UNAVAILABLE: {
    kind: 'transient',
    remedy: 'Check that the endpoint of the HTTP stage runs and can be reached, and its log.',
  },
  ENDPOINT_TIMED_OUT: {
    kind: 'transient',
    remedy: 'Give the endpoint longer (`timeout` of the HTTP stage), or let it answer 202 and call back.',
  },
  ENDPOINT_REFUSED: {
    kind: 'permanent',
    remedy: 'Correct the request or the credentials: the endpoint does not take this, however often it is asked.',
  },
  ENDPOINT_REDIRECTED: {
    kind: 'permanent',
    configuration: true,
    remedy: 'Give the HTTP stage the URL that the endpoint redirects to, if that is meant to be called.',
  },
  ENDPOINT_ANSWER_INVALID: {
    kind: 'permanent',
    remedy: 'Let the endpoint answer as docs/how-to/http-stages.md says: JSON that fits the contract, or problem+json.',
  },
  ENDPOINT_ANSWER_TOO_LARGE: {
    kind: 'permanent',
    remedy:
      'Let the endpoint put large content elsewhere and answer with a reference, or raise `maxBytes` of the HTTP stage.',
  },
  PLAN_UNKNOWN: {
    kind: 'transient',
    remedy: 'The plan has not reached this service yet: check that the topic `plans` is readable.',
  },
} as const satisfies Record<string, Entry>;
export type FailureCode = keyof typeof FAILURES;

/** A failure of the catalogue. */
export function failure(code: FailureCode, message: string, more?: Pick<Failure, 'details' | 'retryAfterMs'>): Failure {
  return { code, kind: FAILURES[code].kind, message: cut(message, 2_000), ...more };
}

/** Returns what to do about a failure; empty for a stage's own code. */
export function remedyOf(code: string): string {
  return (FAILURES as Record<string, Entry>)[code]?.remedy ?? '';
}

/** zod's issues as JSON pointers, without the values. */
export function detailsOf(error: z.ZodError): NonNullable<Failure['details']> {
  return error.issues.slice(0, 20).map((issue) => ({
    pointer: cut(pointerOf(issue.path), 1_000),
    detail: cut(issue.message, 1_000),
  }));
}
