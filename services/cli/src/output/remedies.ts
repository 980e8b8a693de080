import { problemRemedyOf } from '@millrace/contracts/http';

/** Says what to do on the command line about a gateway's refusal. Empty where the refusal itself says it all. */
export const remedyHere = (code: string): string => REMEDIES[code] ?? withoutHttp(problemRemedyOf(code));

/** A remedy that speaks of requests is for programs: there is nothing a person could do about it here. */
const withoutHttp = (remedy: string): string => (SPEAKS_HTTP.test(remedy) ? '' : remedy);

/** Finds what only somebody who writes requests can use: methods, headers, names of fields. */
export const SPEAKS_HTTP =
  /\b(?:GET|POST|PUT|DELETE) \/|`(?:errors|next|Allow|allowedActions)`|Retry-After|Idempotency-Key|\bheaders?\b/;

const REMEDIES: Readonly<Record<string, string>> = {
  INVALID_CURSOR: 'Start again without a cursor.',
  UNKNOWN_ROUTE: 'Run the command "doctor": the gateway may have another version.',
  UNKNOWN_RUN: 'Check the id: the command "run list" shows the runs.',
  UNKNOWN_STEP: 'Check the name: the command "run get" shows the steps of a run.',
  UNKNOWN_REVIEW: 'Check the id: the command "review list" shows the open reviews.',
  UNKNOWN_DEAD_LETTER: 'Check the id: the command "dead-letter list" shows the dead letters.',
  UNKNOWN_JOB: 'Check the id: the command "job list" shows the jobs.',
  UNKNOWN_PIPELINE: 'Check the name: the command "pipeline list" shows the deployed pipelines.',
  UNKNOWN_SCHEDULE:
    'Check the name: the command "schedule list" shows the schedules. Schedules that a plan declares disappear with the plan.',
  UNKNOWN_STAGE: 'Check the name: the command "stage list" shows the stages that pipelines use.',
  UNKNOWN_TOPIC: 'Check the name: the command "topic list" shows the topics that this gateway shows.',
  CONTENT_HIDDEN: 'Leave out --text and --key, or ask a gateway that shows the content of records.',
  TOO_MANY_SEARCHES: 'Try again in a moment.',
  UNKNOWN_VERSION: 'Check the version: the command "pipeline versions" shows the deployed versions.',
  UNKNOWN_RECOVERY: 'Begin a recovery with the command "recover".',
  INVALID_INPUT: 'Correct the input: the command "pipeline get" shows the schema.',
  INVALID_ANSWER: 'Correct the answer: the command "review get" shows the schema.',
  CONTRACT_BREAKS:
    'Give the changed contract a new stage name (draft-v2) and use that stage in new plans: a contract may only grow.',
  STAGE_UNSERVED:
    'Correct the name of the stage, or start the process that serves it. With --allow-unserved you deploy first, and runs wait until you start the process.',
  CONTRACT_MISFIT:
    'Correct the input of the step, or the fields that it reads of another step. With --allow-unserved you deploy all the same.',
  NOT_ALLOWED_NOW: 'Look at the state of the run with the command "run get".',
  REVIEW_CLAIMED:
    'Let that person answer the review, or release the claim with "review unclaim", which the history shows.',
  DEAD_LETTER_TAKEN:
    'Look at it with "dead-letter get", which names who redrove or resolved it. If it was resolved by mistake, use "dead-letter reopen".',
  EFFECTS_NOT_ALLOWED:
    'Add --allow-effects if these steps shall do their work once more, or replay from a step behind them.',
  REDRIVE_REFUSED: 'Look at the record with "dead-letter get" and send it to its topic yourself.',
  MOVE_REFUSED: 'Move the run from an earlier step of that plan, or leave it on its own plan.',
  BROKER_UNAVAILABLE: 'Try again in a moment; with the same --idempotency-key nothing happens twice.',
  NOT_TAKEN_ON_YET:
    'Try again in a moment with the same --idempotency-key: it starts no second run. If this persists, check that a coordinator is running.',
  TOO_MANY_WATCHED: 'Try again in a moment: the command "run watch" goes on without the text of its steps.',
  BLOB_STORE_AWAY: 'Try again in a moment; with the same --idempotency-key nothing happens twice.',
  STORE_UNAVAILABLE: 'Try again in a moment.',
};
