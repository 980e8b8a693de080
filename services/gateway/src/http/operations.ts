import * as http from '@millrace/contracts/http';
import { z } from 'zod';
import { accepted, ok, type Operation } from './operation.js';
import { CHANGE_OPERATIONS } from '../changes/change-operations.js';
import { BLOB_OPERATIONS } from '../blobs/blob-operations.js';
import { DEAD_LETTER_OPERATIONS } from '../dead-letters/dead-letter-operations.js';
import { JOB_OPERATIONS } from '../jobs/job-operations.js';
import { EventsQuery, RunsQuery, StartQuery } from './queries.js';
import { REVIEW_OPERATIONS } from '../reviews/review-operations.js';
import { RECOVERY_OPERATIONS } from '../recovery/recovery-operations.js';
import { RUN_OPERATIONS } from '../runs/run-operations.js';
import { MODEL_OPERATIONS } from '../models/model-operations.js';
import { TOPIC_OPERATIONS } from '../topics/topic-operations.js';
import { STAGE_OPERATIONS } from '../stages/stage-operations.js';
import { OVERVIEW_OPERATIONS } from '../overview/overview-operations.js';
import { VERSION_OPERATIONS } from '../pipelines/version-operations.js';

/** The named schemas of the document. */
export const SCHEMAS = {
  RunView: http.RunView,
  RunList: http.RunList,
  History: http.History,
  ReviewView: http.ReviewView,
  ReviewList: http.ReviewList,
  DeadLetterView: http.DeadLetterView,
  DeadLetterList: http.DeadLetterList,
  DeadLetterGroupView: http.DeadLetterGroupView,
  DeadLetterGroupList: http.DeadLetterGroupList,
  JobView: http.JobView,
  JobList: http.JobList,
  JobItemView: http.JobItemView,
  JobItemList: http.JobItemList,
  JobPreview: http.JobPreview,
  RunJobPreview: http.RunJobPreview,
  ComparisonView: http.ComparisonView,
  EraseJobPreview: http.EraseJobPreview,
  ReplayPreview: http.ReplayPreview,
  ActView: http.ActView,
  ActList: http.ActList,
  AuditCheck: http.AuditCheck,
  PipelineView: http.PipelineView,
  PipelineList: http.PipelineList,
  StageList: http.StageList,
  StageView: http.StageView,
  TopicList: http.TopicList,
  TopicView: http.TopicView,
  RecordList: http.RecordList,
  ModelsView: http.ModelsView,
  QuotaView: http.QuotaView,
  BudgetView: http.BudgetView,
  PricesView: http.PricesView,
  SpendingList: http.SpendingList,
  VersionList: http.VersionList,
  VersionDetail: http.VersionDetail,
  DeploymentView: http.DeploymentView,
  DiffList: z.object({ items: z.array(http.DifferenceView) }),
  CheckView: http.CheckView,
  ScheduleList: http.ScheduleList,
  OverviewView: http.OverviewView,
  FacetView: http.FacetView,
  ChangeView: http.ChangeView,
  RecoveryReport: http.RecoveryReport,
  Accepted: http.Accepted,
  Problem: http.Problem,
} satisfies Record<string, z.ZodType>;

/** Every operation of the API: the OpenAPI document is made from this, and so is what 405 says. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'POST',
    path: '/v1/runs',
    id: 'startRun',
    summary: 'Asks for a run. With message/rfc822 the body is a raw mail and the pipeline a query parameter.',
    query: StartQuery,
    headers: {
      'Idempotency-Key':
        'The same key and input give the same run, however often it is asked for; with another input it is refused. The answer comes when the run was taken on.',
      Prefer: '`wait=N` waits up to N seconds (60 at most) for the run to end or to wait for somebody.',
      traceparent: 'W3C trace context of the caller.',
    },
    body: http.StartRun,
    takesMail: true,
    answers: { ...accepted, 200: { text: 'With `Prefer: wait`: the run, ended or waiting.', schema: 'RunView' } },
    problems: [
      'INVALID_JSON',
      'INVALID_REQUEST',
      'UNKNOWN_PIPELINE',
      'TOO_LARGE',
      'UNSUPPORTED_CONTENT_TYPE',
      'INVALID_INPUT',
      'IDEMPOTENCY_KEY_REUSED',
      'BROKER_UNAVAILABLE',
      'NOT_TAKEN_ON_YET',
    ],
  },
  {
    method: 'GET',
    path: '/v1/runs',
    id: 'listRuns',
    summary: 'Runs, newest first.',
    query: RunsQuery,
    answers: ok('RunList', 'A page of runs.'),
    problems: ['INVALID_REQUEST', 'INVALID_CURSOR'],
  },
  {
    method: 'GET',
    path: '/v1/runs/{id}',
    id: 'getRun',
    summary: 'One run with its steps.',
    answers: ok('RunView', 'The run.'),
    problems: ['UNKNOWN_RUN'],
  },
  {
    method: 'GET',
    path: '/v1/runs/{id}/history',
    id: 'getHistory',
    summary: 'Everything that happened to a run, in order.',
    answers: ok('History', 'The facts.'),
    problems: ['UNKNOWN_RUN'],
  },
  {
    method: 'GET',
    path: '/v1/runs/{id}/events',
    id: 'watchRun',
    summary:
      'The facts of a run as they happen: `id` is the sequence number, `event` the type, `data` the fact. Ends with the run; 204 when there is nothing more to come.',
    query: EventsQuery,
    headers: { 'Last-Event-ID': 'Goes on after this sequence number.' },
    answers: {
      200: { text: 'Server-sent events.', type: 'text/event-stream' },
      204: { text: 'The run is over and all of it was seen.' },
    },
    problems: ['INVALID_REQUEST', 'UNKNOWN_RUN'],
  },
  {
    method: 'GET',
    path: '/v1/runs/{id}/steps/{step}/stream',
    id: 'streamStep',
    summary:
      'The text that a step writes, e.g. the tokens of a model, while it is written: `text` has a part, `restart` says that another attempt begins the text anew, and `end` that the step is over. No part of the history; 204 where the step is over.',
    headers: { 'Last-Event-ID': 'Goes on behind this event, where the same attempt still writes.' },
    answers: {
      200: { text: 'Server-sent events.', type: 'text/event-stream' },
      204: { text: 'The step is over: its output is in the run.' },
    },
    problems: ['UNKNOWN_RUN', 'UNKNOWN_STEP', 'TOO_MANY_WATCHED', 'BROKER_UNAVAILABLE'],
  },
  ...RUN_OPERATIONS,
  ...OVERVIEW_OPERATIONS,
  ...BLOB_OPERATIONS,
  ...CHANGE_OPERATIONS,
  ...REVIEW_OPERATIONS,
  ...DEAD_LETTER_OPERATIONS,
  ...JOB_OPERATIONS,
  {
    method: 'GET',
    path: '/v1/pipelines',
    id: 'listPipelines',
    summary: 'The pipelines that are deployed.',
    answers: ok('PipelineList', 'All of them.'),
    problems: [],
  },
  {
    method: 'GET',
    path: '/v1/pipelines/{name}',
    id: 'getPipeline',
    summary: 'A pipeline: its plan, the schema of its input, its picture.',
    answers: ok('PipelineView', 'The pipeline.'),
    problems: ['UNKNOWN_PIPELINE'],
  },
  ...VERSION_OPERATIONS,
  ...RECOVERY_OPERATIONS,
  ...STAGE_OPERATIONS,
  ...TOPIC_OPERATIONS,
  ...MODEL_OPERATIONS,
];

/** The paths that are served beside the API. */
const OTHERS = [
  '/',
  '/runs/{id}',
  '/console',
  '/console/{path+}',
  '/livez',
  '/readyz',
  '/metrics',
  '/openapi.json',
  '/asyncapi.json',
];

const routes = new Map<string, Set<string>>(OTHERS.map((path) => [path, new Set(['GET'])]));
for (const { path, method } of OPERATIONS) routes.set(path, (routes.get(path) ?? new Set()).add(method));

/** Words come before placeholders, `{` being behind all letters: /v1/runs/facets is not the run `facets`. */
const inOrder = [...routes].sort(([one], [other]) => (one < other ? -1 : 1));

const patterns = inOrder.map(([path, methods]) => ({
  path,
  methods: [...methods].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
  matches: new RegExp(
    `^${path
      .replaceAll('.', '\\.')
      .replaceAll(/\{\w+\+\}/g, '.*')
      .replaceAll(/\{\w+\}/g, '[^/]+')}$`,
  ),
}));

/** The methods that a path takes; none where there is no such path. */
export const methodsOf = (path: string): readonly string[] =>
  patterns.filter(({ matches }) => matches.test(path)).flatMap(({ methods }) => methods);

/** The operation that a request asks for; undefined where it is none of the API's. */
export const operationOf = (method: string, path: string): Operation | undefined => {
  const route = routeOf(path);
  return OPERATIONS.find((it) => it.path === route && it.method === (method === 'HEAD' ? 'GET' : method));
};

/** The route that a path belongs to, for metrics: never what somebody typed. */
export const routeOf = (path: string): string => patterns.find(({ matches }) => matches.test(path))?.path ?? 'unknown';
