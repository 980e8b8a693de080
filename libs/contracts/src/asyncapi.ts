import { z } from 'zod';
import { AnnouncedContract, DeploymentRequest } from './records/deployments.js';
import { Fact } from './records/facts.js';
import { Failure, FAILURES } from './failures.js';
import { EVENT_TYPE, HEADER } from './records/headers.js';
import { PROBLEMS } from './http/http-problems.js';
import { StageLimits } from './records/limits.js';
import { KeptCall } from './records/model-answers.js';
import { StepText, StepWatch } from './records/streams.js';
import { LedgerEntry, ModelBudget, ModelCallEvents, ModelGrants, ModelPrices, ModelQuota } from './records/models.js';
import { OutcomeReported } from './records/outcomes.js';
import { RunPause, StagePause } from './records/pauses.js';
import { Control, RunEvent, StepCommand } from './records/records.js';
import { ParkedStep, RunResult } from './records/results.js';
import { DEFAULT_TOPIC_PREFIX, type Topics, topicsOf } from './records/topics.js';

type Json = Record<string, unknown>;

const text = (description: string) => z.string().describe(description);
const TRACE = {
  [HEADER.traceparent]: text('W3C trace context.').optional(),
  [HEADER.tracestate]: text('W3C trace context.').optional(),
};
const CLOUD_EVENT = {
  [HEADER.specversion]: z.literal('1.0'),
  [HEADER.id]: text('Unique with the source.'),
  [HEADER.type]: z.string(),
  [HEADER.source]: text('The sender.'),
  [HEADER.time]: text('RFC 3339.'),
  [HEADER.subject]: text('The run’s id.').optional(),
  [HEADER.contentType]: z.literal('application/json'),
};

/** The headers of a record on `intake`: the value itself is the pipeline's input, as JSON. */
const IntakeHeaders = z.looseObject({
  [HEADER.pipeline]: text('Which pipeline is to run. The only header that must be there.'),
  [HEADER.idempotencyKey]: text('The same key and pipeline make the same run.').optional(),
  [HEADER.startAt]: text('RFC 3339: the run begins then. At once without it.').optional(),
  [HEADER.priority]: text('`high`, `normal` or `low`; else as the pipeline says.').optional(),
  [HEADER.tenant]: text('Whose turn it is at a stage is shared among tenants; else as the pipeline says.').optional(),
  [HEADER.id]: text('Used as idempotency key where there is none.').optional(),
  ...TRACE,
});
const OutwardHeaders = z.looseObject({ ...CLOUD_EVENT, ...TRACE });
const InternalHeaders = z.looseObject({ [HEADER.type]: z.string(), [HEADER.id]: z.string().optional(), ...TRACE });

interface Channel {
  readonly name: string;
  readonly address: string;
  readonly action: 'send' | 'receive';
  readonly description: string;
  readonly type: string;
  readonly headers: z.ZodType;
  readonly payload: z.ZodType;
}

function channels(prefix: string): readonly Channel[] {
  const topics = topicsOf(prefix);
  return [...channelsOfRuns(topics), ...channelsOfOperation(topics)];
}

function channelsOfRuns(topics: Topics): readonly Channel[] {
  return [
    {
      name: 'intake',
      address: topics.intake,
      action: 'receive',
      description: 'Asks for a run. Any JSON value that fits the input schema of the pipeline that the header names.',
      type: EVENT_TYPE.runRequested,
      headers: IntakeHeaders,
      payload: z.unknown().describe('The pipeline’s input.'),
    },
    {
      name: 'stage',
      address: topics.stage('{stage}'),
      action: 'send',
      description: 'Asks a stage for one attempt of a step. Keyed by run id.',
      type: EVENT_TYPE.stepRequested,
      headers: InternalHeaders,
      payload: StepCommand,
    },
    {
      name: 'runs',
      address: topics.runs,
      action: 'receive',
      description:
        'Events about runs: the events of one commit that fall to the same partition, as one array. The partition is the one that the run’s id falls to as a key.',
      type: EVENT_TYPE.runEvents,
      headers: InternalHeaders,
      payload: z.array(RunEvent),
    },
    {
      name: 'results',
      address: topics.results,
      action: 'send',
      description: 'The end of each run, once. Keyed by run id.',
      type: EVENT_TYPE.runCompleted,
      headers: OutwardHeaders,
      payload: RunResult,
    },
    {
      name: 'deadLetters',
      address: topics.deadLetters,
      action: 'send',
      description:
        'Steps that are parked. Records that nobody could read are here too: their own bytes, key and headers.',
      type: EVENT_TYPE.stepDeadLettered,
      headers: OutwardHeaders,
      payload: ParkedStep,
    },
    {
      name: 'outcomes',
      address: topics.outcomes,
      action: 'receive',
      description:
        'What became of runs later: a rating, a refund, a correction. Names a run, or an attribute that finds it.',
      type: EVENT_TYPE.outcome,
      headers: z.looseObject(TRACE),
      payload: OutcomeReported,
    },
  ];
}

function channelsOfOperation(topics: Topics): readonly Channel[] {
  return [
    {
      name: 'plans',
      address: topics.plans,
      action: 'send',
      description: 'Compiled pipelines, compacted, keyed by the hash of their content.',
      type: EVENT_TYPE.plan,
      headers: InternalHeaders,
      payload: z.looseObject({ format: z.literal(1), pipeline: z.string(), steps: z.record(z.string(), z.unknown()) }),
    },
    {
      name: 'deployments',
      address: topics.deployments,
      action: 'receive',
      description:
        'Asks for a change of what is deployed. Keyed by pipeline; one partition, so that there is one order.',
      type: EVENT_TYPE.deployment,
      headers: InternalHeaders,
      payload: DeploymentRequest,
    },
    {
      name: 'limits',
      address: topics.limits,
      action: 'receive',
      description: 'The limits of a stage over all its processes. Compacted, keyed by stage.',
      type: EVENT_TYPE.limits,
      headers: InternalHeaders,
      payload: StageLimits,
    },
    {
      name: 'contracts',
      address: topics.contracts,
      action: 'send',
      description:
        'The contract of a stage: the schemas of its input and output, announced at its start. Plans are checked against it. Compacted, keyed by stage.',
      type: EVENT_TYPE.contract,
      headers: InternalHeaders,
      payload: AnnouncedContract,
    },
    {
      name: 'pauses',
      address: topics.pauses,
      action: 'send',
      description:
        'Runs that are paused: a stage hands nothing on for them; without a value they go on. Stages that are paused: they take nothing new. Compacted, keyed `run/<id>` or `stage/<name>`.',
      type: EVENT_TYPE.pause,
      headers: InternalHeaders,
      payload: z.union([RunPause, StagePause]),
    },
    {
      name: 'models',
      address: topics.models,
      action: 'receive',
      description:
        'Quotas, budgets and prices of models. Compacted, keyed `quota/<provider>/<model>/<tenant>`, `budget/<name>` or `prices`; without a value one is there no more.',
      type: EVENT_TYPE.model,
      headers: InternalHeaders,
      payload: z.union([ModelQuota, ModelBudget, ModelPrices]),
    },
    {
      name: 'modelCalls',
      address: topics.modelCalls,
      action: 'receive',
      description:
        'Calls of models that ask for their turn, and how they ended. One partition, so that there is one order.',
      type: EVENT_TYPE.modelCall,
      headers: InternalHeaders,
      payload: ModelCallEvents,
    },
    {
      name: 'modelGrants',
      address: topics.modelGrants,
      action: 'send',
      description: 'The turns of calls of models: each process takes what names it.',
      type: EVENT_TYPE.modelGrants,
      headers: InternalHeaders,
      payload: ModelGrants,
    },
    {
      name: 'modelLedger',
      address: topics.modelLedger,
      action: 'send',
      description: 'The tokens and money that calls of models took, and the state of quotas and budgets. Compacted.',
      type: EVENT_TYPE.modelLedger,
      headers: InternalHeaders,
      payload: LedgerEntry,
    },
    {
      name: 'modelAnswers',
      address: topics.modelAnswers,
      action: 'send',
      description:
        'The answers of models to steps that are not committed, and the calls that are under way. Compacted, keyed by call; without a value the call is over.',
      type: EVENT_TYPE.modelAnswer,
      headers: InternalHeaders,
      payload: KeptCall,
    },
    {
      name: 'stepWatches',
      address: topics.stepWatches,
      action: 'receive',
      description: 'Steps whose text somebody watches: repeated every few seconds as long as it holds.',
      type: EVENT_TYPE.stepWatch,
      headers: InternalHeaders,
      payload: StepWatch,
    },
    {
      name: 'stepTexts',
      address: topics.stepTexts,
      action: 'send',
      description: 'What attempts write while somebody watches. No part of any history.',
      type: EVENT_TYPE.stepText,
      headers: InternalHeaders,
      payload: StepText,
    },
    {
      name: 'control',
      address: topics.control,
      action: 'send',
      description: 'Notices for every service: cancelled runs and changed routes. Keyed by the run or the pipeline.',
      type: EVENT_TYPE.control,
      headers: InternalHeaders,
      payload: Control,
    },
  ];
}

/** AsyncAPI's own schema dialect is JSON Schema draft 7; `$schema` is not part of it. */
function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return json;
}

/** Everything that travels on Millrace's topics, as an AsyncAPI 3 document. */
export function asyncApi(prefix: string = DEFAULT_TOPIC_PREFIX): Json {
  const all = channels(prefix);
  const entries = (of: (channel: Channel) => Json) =>
    Object.fromEntries(all.map((channel) => [channel.name, of(channel)]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Millrace',
      version: '1',
      description: 'The records of Millrace. Read committed only. `send` and `receive` are as seen from Millrace.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: entries(({ name, address, description }) => ({
      address,
      description,
      ...(name === 'stage' && { parameters: { stage: { description: 'The stage’s name.' } } }),
      messages: { [name]: { $ref: `#/components/messages/${name}` } },
    })),
    operations: Object.fromEntries(
      all.map(({ name, action }) => [
        `${action}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        { action, channel: { $ref: `#/channels/${name}` } },
      ]),
    ),
    components: {
      messages: entries(({ name, type, headers }) => ({
        name: type,
        contentType: 'application/json',
        headers: schemaOf(headers),
        payload: { $ref: `#/components/schemas/${name}` },
      })),
      schemas: entries(({ payload }) => schemaOf(payload)),
    },
  };
}

/** A JSON Schema (2020-12) for each thing on the wire, by file name. */
export function wireSchemas(): Readonly<Record<string, Json>> {
  const schemas = {
    StepCommand,
    RunEvent,
    RunResult,
    ParkedStep,
    DeploymentRequest,
    StageLimits,
    AnnouncedContract,
    Control,
    Failure,
    Fact,
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      { title: name, ...z.toJSONSchema(schema, { io: 'input' }) },
    ]),
  );
}

/** The page that says what to do about each error. */
export function errorsPage(): string {
  const cell = (value: string) => value.replaceAll('|', '\\|');
  const failures = Object.entries(FAILURES).map(
    ([code, { kind, remedy }]) => `| \`${code}\` | ${kind} | ${cell(remedy)} |`,
  );
  const problems = Object.entries(PROBLEMS).map(
    ([code, { status, title, remedy }]) => `| \`${code}\` | ${status} | ${cell(title)} | ${cell(remedy)} |`,
  );
  return [
    '# Errors',
    '',
    'Generated by `npm run generate`; the catalogues are `libs/contracts/src/failures.ts` and `libs/contracts/src/http/http-problems.ts`.',
    '',
    '## Failures of steps and records',
    '',
    'A `transient` failure is tried again as the step’s policy says; a `permanent` one is not. A stage may add codes of its own.',
    '',
    '| code | kind | what to do |',
    '| --- | --- | --- |',
    ...failures,
    '',
    '## Problems of the HTTP API',
    '',
    'Answers with `application/problem+json` (RFC 9457).',
    '',
    '| code | status | what happened | what to do |',
    '| --- | --- | --- | --- |',
    ...problems,
    '',
  ].join('\n');
}
