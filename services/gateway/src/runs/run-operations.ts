import * as http from '@millrace/contracts/http';
import { z } from 'zod';
import { accepted, ok, type Operation } from '../http/operation.js';
import { CallbackQuery, FacetQuery } from '../http/queries.js';

/** The operations of people and systems on a run, and the counts of runs. */
export const RUN_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/runs/facets',
    id: 'countRuns',
    summary:
      'Counts the values of a field among runs, the most frequent first: of the newest 20,000 runs at most that the filters leave.',
    query: FacetQuery,
    answers: ok('FacetView', 'The values and their counts.'),
    problems: ['INVALID_REQUEST'],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/cancel',
    id: 'cancelRun',
    summary: 'Cancels a run; with `compensate` what it has done is undone first.',
    body: http.CancelBody,
    optionalBody: true,
    answers: accepted,
    problems: ['INVALID_REQUEST', 'UNKNOWN_RUN', 'NOT_ALLOWED_NOW', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/pause',
    id: 'pauseRun',
    summary:
      'Begins nothing new for a run and its child runs: what stages have in hand ends and is kept, and no time passes for it. One that is paused stays so.',
    body: http.ActBody,
    optionalBody: true,
    answers: accepted,
    problems: ['INVALID_REQUEST', 'UNKNOWN_RUN', 'NOT_ALLOWED_NOW', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/resume',
    id: 'resumeRun',
    summary: 'Goes on with a run that is paused, and with its child runs.',
    body: http.ActBody,
    optionalBody: true,
    answers: accepted,
    problems: ['INVALID_REQUEST', 'UNKNOWN_RUN', 'NOT_ALLOWED_NOW', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/tags',
    id: 'tagRun',
    summary: 'Adds tags to a run, or removes them.',
    body: http.TagBody,
    answers: accepted,
    problems: ['INVALID_REQUEST', 'UNKNOWN_RUN', 'NOT_ALLOWED_NOW', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/notes',
    id: 'noteRun',
    summary: 'Adds a note to a run, for everybody who looks at it. It stays in the trail of acts.',
    body: http.RunNoteBody,
    answers: accepted,
    problems: ['INVALID_REQUEST', 'UNKNOWN_RUN', 'NOT_ALLOWED_NOW', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/outcomes',
    id: 'reportOutcome',
    summary:
      'Says what became of a run later: a rating, a refund, a correction. Runs are found by it as `outcomes.NAME`.',
    body: http.OutcomeBody,
    answers: accepted,
    problems: ['INVALID_REQUEST', 'UNKNOWN_RUN', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/outcomes',
    id: 'reportOutcomeByAttribute',
    summary: 'Says what became of the newest run that has a business attribute.',
    body: http.FoundOutcomeBody,
    answers: accepted,
    problems: ['INVALID_REQUEST', 'UNKNOWN_RUN', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/replay',
    id: 'replayRun',
    summary:
      'Begins a new run that takes the outputs of this one as they are up to a step, and executes the rest, with idempotency keys of its own. Steps that have effects outside are refused by name without `allowEffects`.',
    body: http.ReplayBody,
    answers: { ...accepted, ...ok('ReplayPreview', 'With `dryRun`: the steps that would be taken and executed.') },
    problems: [
      'INVALID_REQUEST',
      'UNKNOWN_RUN',
      'UNKNOWN_VERSION',
      'NOT_ALLOWED_NOW',
      'MOVE_REFUSED',
      'EFFECTS_NOT_ALLOWED',
      'BROKER_UNAVAILABLE',
    ],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/signals/{step}',
    id: 'signalStep',
    summary:
      'Gives a step what it waits for. A signal (not a review) may come before its step waits: up to 10 are kept for a step until it does, or the run ends.',
    body: http.SignalBody,
    answers: accepted,
    problems: [
      'INVALID_REQUEST',
      'UNKNOWN_RUN',
      'UNKNOWN_STEP',
      'NOT_ALLOWED_NOW',
      'INVALID_ANSWER',
      'BROKER_UNAVAILABLE',
    ],
  },
  {
    method: 'POST',
    path: '/v1/callbacks',
    id: 'answerStep',
    summary:
      'Answers a step for an endpoint that said 202: with its output as JSON, or with what went wrong as application/problem+json. The first answer counts.',
    query: CallbackQuery,
    body: z.unknown().describe('The output of the step, as its stage’s contract has it.'),
    answers: accepted,
    problems: [
      'INVALID_JSON',
      'INVALID_REQUEST',
      'UNKNOWN_CALLBACK',
      'CALLBACK_OVER',
      'INVALID_ANSWER',
      'BROKER_UNAVAILABLE',
    ],
  },
];
