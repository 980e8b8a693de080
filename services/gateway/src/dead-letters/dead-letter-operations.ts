import * as http from '@millrace/contracts/http';
import type { z } from 'zod';
import { accepted, ok, type Operation } from '../http/operation.js';
import { DeadLettersQuery } from '../http/queries.js';

const act = (path: string, more: { id: string; summary: string; body: z.ZodType; optionalBody?: true }): Operation => ({
  method: 'POST',
  path: `/v1/dead-letters/{id}/${path}`,
  ...more,
  answers: { ...accepted, ...ok('DeadLetterView', 'The dead letter as it is now.') },
  problems: ['INVALID_REQUEST', 'UNKNOWN_DEAD_LETTER', 'NOT_ALLOWED_NOW', 'DEAD_LETTER_TAKEN', 'BROKER_UNAVAILABLE'],
});

/** Dead letters: finding them, redriving them, and what people note on them. */
export const DEAD_LETTER_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/dead-letters',
    id: 'listDeadLetters',
    summary: 'Parked steps and unreadable records, newest first.',
    query: DeadLettersQuery,
    answers: ok('DeadLetterList', 'A page of dead letters.'),
    problems: ['INVALID_REQUEST', 'INVALID_CURSOR'],
  },
  {
    method: 'GET',
    path: '/v1/dead-letters/groups',
    id: 'listDeadLetterGroups',
    summary:
      'Dead letters of one cause, counted: those with the same stage, code and message but for numbers, ids and quotes. The newest cause first.',
    query: DeadLettersQuery,
    answers: ok('DeadLetterGroupList', 'A page of groups.'),
    problems: ['INVALID_REQUEST', 'INVALID_CURSOR'],
  },
  {
    method: 'GET',
    path: '/v1/dead-letters/{id}',
    id: 'getDeadLetter',
    summary: 'One dead letter, with each attempt that led to it.',
    answers: ok('DeadLetterView', 'The dead letter.'),
    problems: ['UNKNOWN_DEAD_LETTER'],
  },
  {
    method: 'POST',
    path: '/v1/dead-letters/{id}/redrive',
    id: 'redrive',
    summary:
      'Sends a dead letter on again: a step from where it failed, a record with its original key, bytes and headers. Of two who ask at once one gets it, the other 409.',
    body: http.RedriveBody,
    optionalBody: true,
    answers: accepted,
    problems: [
      'REDRIVE_REFUSED',
      'MOVE_REFUSED',
      'UNKNOWN_VERSION',
      'INVALID_REQUEST',
      'UNKNOWN_DEAD_LETTER',
      'NOT_ALLOWED_NOW',
      'DEAD_LETTER_TAKEN',
      'REDRIVES_USED_UP',
      'INVALID_INPUT',
      'BROKER_UNAVAILABLE',
    ],
  },
  act('resolve', {
    id: 'resolveDeadLetter',
    summary: 'Closes a dead letter that was dealt with otherwise: it is not redriven.',
    body: http.ActBody,
    optionalBody: true,
  }),
  act('reopen', {
    id: 'reopenDeadLetter',
    summary: 'Opens a dead letter again that was resolved.',
    body: http.ActBody,
    optionalBody: true,
  }),
  act('assign', {
    id: 'assignDeadLetter',
    summary: 'Assigns a dead letter to a person; without `to` to nobody.',
    body: http.AssignBody,
    optionalBody: true,
  }),
  act('notes', { id: 'noteDeadLetter', summary: 'Adds a note to a dead letter.', body: http.NoteBody }),
  act('tags', { id: 'tagDeadLetter', summary: 'Adds tags to a dead letter, or removes them.', body: http.TagBody }),
  act('tickets', { id: 'linkDeadLetter', summary: 'Links a ticket to a dead letter.', body: http.LinkBody }),
];
