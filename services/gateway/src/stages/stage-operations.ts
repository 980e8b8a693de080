import * as http from '@millrace/contracts/http';
import { ok, type Operation } from '../http/operation.js';

export const STAGE_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/stages',
    id: 'listStages',
    summary: 'The stages that deployed pipelines use.',
    answers: ok('StageList', 'All of them.'),
    problems: [],
  },
  {
    method: 'POST',
    path: '/v1/stages/{name}/limits',
    id: 'limitStage',
    summary:
      'Says what a stage may do at most over all its processes, and how turns are shared among tenants. What is left out is not limited.',
    body: http.LimitBody,
    answers: ok('StageView', 'Durable; every process hears of it within moments.'),
    problems: ['INVALID_REQUEST', 'UNKNOWN_STAGE', 'LIMIT_TOO_SMALL', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/stages/{name}/pause',
    id: 'pauseStage',
    summary:
      'Takes nothing new in all processes of a stage: what is in hand ends, the rest waits in its topic and is not late for it.',
    body: http.ActBody,
    optionalBody: true,
    answers: ok('StageView', 'Durable; every process hears of it within moments.'),
    problems: ['INVALID_REQUEST', 'UNKNOWN_STAGE', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/stages/{name}/resume',
    id: 'resumeStage',
    summary: 'Goes on with a stage that is paused.',
    body: http.ActBody,
    optionalBody: true,
    answers: ok('StageView', 'Durable; every process hears of it within moments.'),
    problems: ['INVALID_REQUEST', 'UNKNOWN_STAGE', 'BROKER_UNAVAILABLE'],
  },
];
