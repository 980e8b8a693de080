import * as http from '@millrace/contracts/http';
import { accepted, ok, type Operation } from '../http/operation.js';
import { ActsQuery, JobItemsQuery, JobsQuery } from '../http/queries.js';

const change = (verb: 'pause' | 'resume' | 'stop', summary: string): Operation => ({
  method: 'POST',
  path: `/v1/jobs/{id}/${verb}`,
  id: `${verb}Job`,
  summary,
  body: http.JobChangeBody,
  optionalBody: true,
  answers: { ...accepted, ...ok('JobView', 'The job as it is now.') },
  problems: ['INVALID_REQUEST', 'UNKNOWN_JOB', 'NOT_ALLOWED_NOW', 'BROKER_UNAVAILABLE'],
});

const onRuns = (path: 'replay' | 'compare', said: Pick<Operation, 'id' | 'summary' | 'body'>): Operation => ({
  method: 'POST',
  path: `/v1/jobs/${path}`,
  ...said,
  answers: { ...accepted, ...ok('RunJobPreview', 'With `dryRun`: what the job would be about.') },
  problems: [
    ...(['INVALID_REQUEST', 'UNKNOWN_PIPELINE', 'UNKNOWN_VERSION', 'MOVE_REFUSED', 'EFFECTS_NOT_ALLOWED'] as const),
    'BROKER_UNAVAILABLE',
  ],
});

/** Jobs over many dead letters or runs, and the trail of acts. */
export const JOB_OPERATIONS: readonly Operation[] = [
  {
    method: 'POST',
    path: '/v1/jobs',
    id: 'beginJob',
    summary:
      'Redrives or resolves all open dead letters that fit a filter, as a durable job that goes on if a coordinator dies; with `dryRun` only says which.',
    body: http.JobBody,
    answers: { ...accepted, ...ok('JobPreview', 'With `dryRun`: what the job would be about.') },
    problems: ['INVALID_REQUEST', 'BROKER_UNAVAILABLE'],
  },
  onRuns('replay', {
    id: 'beginReplayJob',
    summary:
      'Replays all runs that fit a filter from a step on, as a durable job; with `dryRun` only says which, and which steps it would execute.',
    body: http.ReplayJobBody,
  }),
  onRuns('compare', {
    id: 'beginCompareJob',
    summary:
      'Tries completed runs once more, with the recorded answers of all steps but those that changed, and compares what comes of it. Nothing of it is published on `results`.',
    body: http.CompareJobBody,
  }),
  {
    method: 'POST',
    path: '/v1/jobs/erase',
    id: 'beginEraseJob',
    summary:
      'Removes everything that is kept of the runs with a business attribute, as a durable job; with `dryRun` only says how much, and what cannot be reached.',
    body: http.EraseJobBody,
    answers: { ...accepted, ...ok('EraseJobPreview', 'With `dryRun`: what the job would erase.') },
    problems: ['INVALID_REQUEST', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'GET',
    path: '/v1/jobs/{id}/comparison',
    id: 'getComparison',
    summary: 'The result of a comparison, as far as it is: how many runs, outputs and steps are the same.',
    answers: ok('ComparisonView', 'The result.'),
    problems: ['UNKNOWN_JOB'],
  },
  {
    method: 'GET',
    path: '/v1/jobs',
    id: 'listJobs',
    summary: 'Jobs, newest first.',
    query: JobsQuery,
    answers: ok('JobList', 'A page of jobs.'),
    problems: ['INVALID_REQUEST', 'INVALID_CURSOR'],
  },
  {
    method: 'GET',
    path: '/v1/jobs/{id}',
    id: 'getJob',
    summary: 'One job: how far it is.',
    answers: ok('JobView', 'The job.'),
    problems: ['UNKNOWN_JOB'],
  },
  {
    method: 'GET',
    path: '/v1/jobs/{id}/items',
    id: 'listJobItems',
    summary: 'The outcome of each dead letter of a job, in the order in which they are worked on.',
    query: JobItemsQuery,
    answers: ok('JobItemList', 'A page of items.'),
    problems: ['INVALID_REQUEST', 'INVALID_CURSOR', 'UNKNOWN_JOB'],
  },
  change('pause', 'Begins no further dead letter of a job until it is resumed.'),
  change('resume', 'Goes on with a job, perhaps at another rate.'),
  change('stop', 'Ends a job: the dead letters that it has not begun stay as they are.'),
  {
    method: 'GET',
    path: '/v1/audit',
    id: 'listActs',
    summary:
      'The audit trail: who did what to runs, reviews, dead letters, jobs, pipelines, stages and models, when and why.',
    query: ActsQuery,
    answers: ok('ActList', 'A page of acts.'),
    problems: ['INVALID_REQUEST', 'INVALID_CURSOR'],
  },
  {
    method: 'GET',
    path: '/v1/audit/check',
    id: 'checkAudit',
    summary: 'Computes the chain of hashes again: whether every act is as it was written, and none is missing.',
    answers: ok('AuditCheck', 'What was found.'),
    problems: [],
  },
];
