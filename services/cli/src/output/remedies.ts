import { problemRemedyOf } from '@millrace/contracts/http';

/** Says what to do on the command line about a gateway's refusal. Empty where the refusal itself says it all. */
export const remedyHere = (code: string): string => REMEDIES[code] ?? withoutHttp(problemRemedyOf(code));

/** A remedy that speaks of requests is for programs: there is nothing a person could do about it here. */
const withoutHttp = (remedy: string): string => (SPEAKS_HTTP.test(remedy) ? '' : remedy);

/** Finds what only somebody who writes requests can use: methods, headers, names of fields. */
export const SPEAKS_HTTP =
  /\b(?:GET|POST|PUT|DELETE) \/|`(?:errors|next|Allow|allowedActions)`|Retry-After|Idempotency-Key|\bheaders?\b/;

const REMEDIES: Readonly<Record<string, string>> = {
  INVALID_CURSOR: 'Begin again without a cursor.',
  UNKNOWN_ROUTE: 'The gateway may be of another version: the command "doctor" tells.',
  UNKNOWN_RUN: 'The command "run list" shows the runs there are.',
  UNKNOWN_STEP: 'The command "run get" shows the steps of a run.',
  UNKNOWN_REVIEW: 'The command "review list" shows those that are open.',
  UNKNOWN_DEAD_LETTER: 'The command "dead-letter list" shows them.',
  UNKNOWN_PIPELINE: 'The command "pipeline list" shows those that are deployed.',
  UNKNOWN_SCHEDULE: 'The command "schedule list" shows them; those of a plan go with the plan.',
  UNKNOWN_STAGE: 'The command "stage list" shows those that pipelines use.',
  UNKNOWN_VERSION: 'The command "pipeline versions" shows those that were deployed.',
  UNKNOWN_RECOVERY: 'Begin one with the command "recover".',
  INVALID_INPUT: 'The command "pipeline get" shows what the pipeline takes.',
  INVALID_ANSWER: 'The command "review get" shows what it takes.',
  CONTRACT_BREAKS:
    'A contract may only grow. Put the new one under a new name of a stage (draft-v2), and let new plans use that one.',
  STAGE_UNSERVED:
    'Correct the name of the stage, or start the process that serves it. --allow-unserved deploys first; runs wait until you start it.',
  CONTRACT_MISFIT: 'Correct what the step gives its stage, or reads of one. --allow-unserved deploys it all the same.',
  NOT_ALLOWED_NOW: 'The command "run get" shows how the run stands.',
  REVIEW_CLAIMED: 'Let them answer it, or give their claim back with "review unclaim": that is in the history.',
  REDRIVE_REFUSED: 'Look at it with "dead-letter get", and send the record yourself where it belongs.',
  MOVE_REFUSED: 'Move it from an earlier step of that plan, or leave it on its own.',
  BROKER_UNAVAILABLE: 'Try again in a moment; with the same --idempotency-key nothing happens twice.',
  NOT_TAKEN_ON_YET:
    'Try again in a moment with the same --idempotency-key: it is one run. If this stays so, see whether a coordinator is running.',
  STORE_UNAVAILABLE: 'Try again in a moment.',
};
