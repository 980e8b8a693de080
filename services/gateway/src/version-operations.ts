import * as http from '@millrace/contracts/http';
import { accepted, ok, type Operation } from './operation.js';
import { DiffQuery } from './queries.js';

/** Versions of pipelines, and runs that go from one to another. */
export const VERSION_OPERATIONS: readonly Operation[] = [
  {
    method: 'POST',
    path: '/v1/pipelines/{name}/versions',
    id: 'deployVersion',
    summary: 'Deploys a plan: new runs get it, or with a share so many of them. Runs under way keep theirs.',
    headers: { 'Idempotency-Key': 'The same key is the same deployment.' },
    body: http.DeployBody,
    answers: {
      201: { text: 'Applied.', schema: 'DeploymentView' },
      202: { text: 'Durable, and about to be applied: look at the link `self`.', schema: 'DeploymentView' },
    },
    problems: [
      'INVALID_REQUEST',
      'TOO_LARGE',
      'PLAN_REFUSED',
      'CONTRACT_BREAKS',
      'STAGE_TOPIC_MISSING',
      'BROKER_UNAVAILABLE',
    ],
  },
  {
    method: 'GET',
    path: '/v1/pipelines/{name}/versions',
    id: 'listVersions',
    summary: 'The versions of a pipeline, newest first: what new runs get, and how many runs follow each.',
    answers: ok('VersionList', 'All of them.'),
    problems: ['UNKNOWN_PIPELINE'],
  },
  {
    method: 'GET',
    path: '/v1/pipelines/{name}/versions/{version}',
    id: 'getVersion',
    summary: 'A version by its number or its plan: its definition, and the contracts of its stages.',
    answers: ok('VersionDetail', 'The version.'),
    problems: ['UNKNOWN_PIPELINE', 'UNKNOWN_VERSION'],
  },
  {
    method: 'GET',
    path: '/v1/pipelines/{name}/diff',
    id: 'diffVersions',
    summary: 'What distinguishes two versions: steps, what they read, their conditions, schemas.',
    query: DiffQuery,
    answers: ok('DiffList', 'The differences.'),
    problems: ['INVALID_REQUEST', 'UNKNOWN_PIPELINE', 'UNKNOWN_VERSION'],
  },
  {
    method: 'POST',
    path: '/v1/pipelines/{name}/route',
    id: 'routePipeline',
    summary: 'Says which versions new runs get: promote the canary, roll back, or give a version a share.',
    body: http.RouteBody,
    answers: {
      ...ok('DeploymentView', 'Applied.'),
      202: { text: 'Durable, and about to be applied: look at the link `self`.', schema: 'DeploymentView' },
    },
    problems: ['INVALID_REQUEST', 'UNKNOWN_PIPELINE', 'UNKNOWN_VERSION', 'NO_CANARY', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'POST',
    path: '/v1/pipelines/{name}/check',
    id: 'checkVersion',
    summary: 'Which live runs a plan or the contracts of its stages would break. Changes nothing.',
    body: http.CheckBody,
    answers: ok('CheckView', 'What would be.'),
    problems: ['INVALID_REQUEST', 'TOO_LARGE', 'PLAN_REFUSED'],
  },
  {
    method: 'GET',
    path: '/v1/deployments/{id}',
    id: 'getDeployment',
    summary: 'What became of a deployment. One that was refused answers with why.',
    answers: ok('DeploymentView', 'It was applied.'),
    problems: [
      'UNKNOWN_DEPLOYMENT',
      'PLAN_REFUSED',
      'CONTRACT_BREAKS',
      'STAGE_TOPIC_MISSING',
      'UNKNOWN_VERSION',
      'NO_CANARY',
    ],
  },
  {
    method: 'POST',
    path: '/v1/runs/{id}/move',
    id: 'moveRun',
    summary:
      'Goes on with another version of the pipeline, from one of its steps: what ended before is kept where it fits.',
    body: http.MoveBody,
    answers: accepted,
    problems: [
      'INVALID_REQUEST',
      'UNKNOWN_RUN',
      'UNKNOWN_VERSION',
      'NOT_ALLOWED_NOW',
      'MOVE_REFUSED',
      'BROKER_UNAVAILABLE',
    ],
  },
];
