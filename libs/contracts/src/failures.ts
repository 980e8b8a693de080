import { z } from 'zod';
import { BLOB_FAILURES } from './blob-failures.js';
import { LETTER_FAILURES } from './letter-failures.js';
import { type FailureEntry, OUTSIDE_FAILURES } from './outside-failures.js';
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

/** Every failure that Millrace itself makes, with what to do about it. `docs/reference/errors.md` is generated from here. */
export const FAILURES = {
  INVALID_JSON: {
    kind: 'permanent',
    remedy: 'Publish the record again with a JSON value. The original is kept unchanged as a dead letter.',
  },
  INVALID_VALUE: {
    kind: 'permanent',
    remedy:
      'Send only values that can be stored: text without NUL characters, numbers that fit a double (send longer ones as text), at most 100 levels of nesting.',
  },
  INVALID_HEADER: {
    kind: 'permanent',
    remedy:
      'Correct the header that the message names: UTF-8 without NUL characters, at most as long as the message says, sent once.',
  },
  INVALID_RECORD: {
    kind: 'permanent',
    remedy: 'Correct the record: `details` names the fields that do not fit the schema of the topic.',
  },
  INVALID_INPUT: {
    kind: 'permanent',
    remedy: 'Send an input that fits the pipeline’s schema, which GET /v1/pipelines/{name} shows.',
  },
  INVALID_PRIORITY: { kind: 'permanent', remedy: 'Set the header `priority` to `high`, `normal` or `low`.' },
  INVALID_START_TIME: {
    kind: 'permanent',
    remedy: 'Write the header `start-at` in the form of RFC 3339, e.g. 2026-01-31T09:00:00Z.',
  },
  TRIGGER_TOPIC_MISSING: {
    kind: 'permanent',
    remedy: 'Create the topic that the trigger names, or correct its name; then deploy again.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    kind: 'permanent',
    remedy:
      'Publish the record with an idempotency key of its own if a second run is wanted: another run of this pipeline was started with this key and another input.',
  },
  MISSING_PIPELINE: { kind: 'permanent', remedy: 'Add the header `pipeline: <name>` to the record.' },
  UNKNOWN_PIPELINE: {
    kind: 'permanent',
    remedy: 'Deploy the pipeline, or correct its name. GET /v1/pipelines lists the pipelines that exist.',
  },
  UNKNOWN_RUN: {
    kind: 'permanent',
    remedy: 'Check the id of the run: this installation never accepted a run with it.',
  },
  OUTCOME_UNMATCHED: {
    kind: 'permanent',
    remedy:
      'Check the attribute and its value: no run of this installation has it. Redrive the outcome once there is one.',
  },
  STORE_BEHIND: {
    kind: 'transient',
    remedy:
      'Run `millrace recover` to see what is missing, then `millrace recover --apply`. The database is older than the topics in Kafka, as after a restore, and no records are processed until it has caught up.',
  },
  UNPROCESSABLE: {
    kind: 'permanent',
    remedy:
      'Report the error that the log names for the record’s topic, partition and offset: Millrace failed on this record each time. Redrive the dead letter once the error is fixed.',
  },
  RECORD_DAMAGED: {
    kind: 'permanent',
    remedy:
      'Send the record again, in smaller compressed batches if the message says that the batch is too large. If the bytes were damaged on the broker’s disk, check that disk.',
  },
  ANSWER_TOO_LARGE: {
    kind: 'permanent',
    remedy: 'Pass on less data, or a reference to it: the work that follows from this record exceeds MAX_ANSWER_BYTES.',
  },
  CONTRADICTS_RUN: {
    kind: 'permanent',
    remedy:
      'Check which programs may write to the topic `runs`: the event tells of something that cannot have happened to its run.',
  },
  RECORD_TOO_LARGE: {
    kind: 'permanent',
    remedy:
      'Set BLOBS, so that large content travels as a reference, or store it elsewhere and send a reference of your own.',
  },
  ...BLOB_FAILURES,
  STAGE_INPUT_INVALID: {
    kind: 'permanent',
    remedy: 'Correct the step’s input in the pipeline: it does not fit the contract of the stage.',
  },
  STAGE_OUTPUT_INVALID: {
    kind: 'transient',
    remedy: 'Correct the stage: its output does not fit its contract.',
  },
  STAGE_OUTPUT_TOO_LARGE: {
    kind: 'permanent',
    remedy: 'Let the stage store large content elsewhere and answer with a reference to it.',
  },
  STAGE_THREW: {
    kind: 'transient',
    remedy:
      'Read the stage’s log under the run’s trace id and fix the error. Throw a StageFailure where the stage knows whether another attempt helps.',
  },
  STAGE_REFUSED: {
    kind: 'permanent',
    remedy: 'Compare the step’s input with the rules of the stage’s guards and pipes: one of them refused the command.',
  },
  STAGE_TIMED_OUT: {
    kind: 'transient',
    remedy: 'Raise the step’s `timeout`, or make the stage faster: it did not answer in time.',
  },
  CONDITION_FAILED: {
    kind: 'permanent',
    remedy:
      'Check in the step’s `when` that optional fields are present before they are compared: it could not be evaluated on these values.',
  },
  MAPPING_FAILED: {
    kind: 'permanent',
    remedy: 'Use orElse for optional values: the step’s input refers to a value that is absent.',
  },
  STEP_DEADLINE_PASSED: {
    kind: 'permanent',
    remedy: 'Redrive the dead letter, or raise the step’s `deadline`: all attempts together took longer.',
  },
  RUN_DEADLINE_PASSED: {
    kind: 'permanent',
    remedy: 'Start the run again if it is still wanted, or raise the pipeline’s `deadline`: the run took longer.',
  },
  SIGNAL_TIMED_OUT: {
    kind: 'permanent',
    remedy: 'Redrive the dead letter to wait again, or give the step a default: nobody answered in time.',
  },
  SIGNAL_UNWANTED: {
    kind: 'permanent',
    remedy:
      'Correct the record’s key, or start the run that waits for it, and redrive the dead letter: no run waited for this key while the record was kept.',
  },
  SIGNAL_INVALID: {
    kind: 'permanent',
    remedy: 'Send a payload that fits the step’s schema, which GET /v1/reviews/{id} or the plan shows.',
  },
  REVIEW_CLAIMED: {
    kind: 'permanent',
    remedy: 'Let the person who claimed the review answer it, or release the claim (`unclaim`) and answer again.',
  },
  PLAN_REFUSED: {
    kind: 'permanent',
    remedy: 'Correct the pipeline where the message says and deploy it again. The former version is still in use.',
  },
  CONTRACT_BREAKS: {
    kind: 'permanent',
    remedy:
      'Give the changed contract a new stage name (`draft-v2`) and use that stage in new plans. A contract may only grow: it keeps accepting every former input, and its outputs keep fitting the former schema.',
  },
  UNKNOWN_VERSION: {
    kind: 'permanent',
    remedy: 'Name a version that was deployed: GET /v1/pipelines/{name}/versions lists them.',
  },
  UNKNOWN_SCHEDULE: {
    kind: 'permanent',
    remedy: 'Name a schedule that GET /v1/schedules lists. Schedules that a plan declares disappear with the plan.',
  },
  SCHEDULE_REFUSED: {
    kind: 'permanent',
    remedy:
      'Correct the schedule where the message says: a cron expression has five fields, the time zone is an IANA name.',
  },
  NO_CANARY: {
    kind: 'permanent',
    remedy: 'Deploy a version as a canary first (with a share of new runs); then promote it.',
  },
  STAGE_TOPIC_MISSING: {
    kind: 'permanent',
    remedy: 'Create the topics of the stages that the message names, or let Millrace do it (CREATE_TOPICS=true).',
  },
  MOVE_REFUSED: {
    kind: 'permanent',
    remedy:
      'Move the run from an earlier step of the new plan, or leave it on its own plan; the details name what does not fit.',
  },
  NOT_A_LIST: {
    kind: 'permanent',
    remedy: 'Pass a list to the map’s `over`, or orElse(list, []) where it may be absent.',
  },
  TOO_MANY_ITEMS: {
    kind: 'permanent',
    remedy: 'Split the list over several runs, or raise MAX_MAP_ITEMS on every coordinator.',
  },
  TOO_MANY_FAILED: {
    kind: 'permanent',
    remedy:
      'Look up why the items failed and fix the cause; then redrive the dead letter, which tries the failed items again.',
  },
  LOOP_LIMIT: {
    kind: 'permanent',
    remedy:
      'Redrive the dead letter for the same number of rounds again, or use `go-on` to continue with the last output: the condition did not hold within the rounds.',
  },
  CHILD_CANCELLED: {
    kind: 'permanent',
    remedy: 'Redrive the dead letter to begin another child run: somebody cancelled the run that did the step’s work.',
  },
  ...OUTSIDE_FAILURES,
  ...LETTER_FAILURES,
  PLAN_UNKNOWN: {
    kind: 'transient',
    remedy: 'Check that this service may read the topic `plans`: the plan has not reached it yet.',
  },
} as const satisfies Record<string, FailureEntry>;
export type FailureCode = keyof typeof FAILURES;

/** A failure of the catalogue. */
export function failure(code: FailureCode, message: string, more?: Pick<Failure, 'details' | 'retryAfterMs'>): Failure {
  return { code, kind: FAILURES[code].kind, message: cut(message, 2_000), ...more };
}

/** Returns what to do about a failure; empty for a stage's own code. */
export function remedyOf(code: string): string {
  return (FAILURES as Record<string, FailureEntry>)[code]?.remedy ?? '';
}

/** zod's issues as JSON pointers, without the values. */
export function detailsOf(error: z.ZodError): NonNullable<Failure['details']> {
  return error.issues.slice(0, 20).map((issue) => ({
    pointer: cut(pointerOf(issue.path), 1_000),
    detail: cut(issue.message, 1_000),
  }));
}
