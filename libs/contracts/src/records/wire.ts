// Every record that Millrace writes is made here, and read in `reading.ts`.

import type { AnnouncedContract, DeploymentRequest } from './deployments.js';
import { cloudEvent, EVENT_TYPE, HEADER } from './headers.js';
import type { Priority, StageLimits } from './limits.js';
import type { LedgerEntry, ModelBudget, ModelCallEvent, ModelGrant, ModelPrices, ModelQuota } from './models.js';
import type { KeptCall } from './model-answers.js';
import { type RunPause, runPauseKey, type StagePause, stagePauseKey } from './pauses.js';
import type { OutcomeReported } from './outcomes.js';
import type { Control, RunEvent, StepCommand } from './records.js';
import type { ParkedStep, RunResult } from './results.js';
import type { StepText, StepWatch } from './streams.js';
import type { Topics } from './topics.js';

/** A record as it is handed to a broker. */
export interface WireRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The value is one JSON text that may travel in an array with others. */
  readonly packed?: boolean;
}

/** Asks for a run: the same `key` is the same run, however often it is asked for. */
export function intakeRecord(
  topics: Topics,
  request: {
    readonly pipeline: string;
    readonly key: string;
    readonly input: unknown;
    readonly source: string;
    readonly at: number;
    /** The run's id, where it is known. */
    readonly run?: string;
    readonly traceparent?: string | undefined;
    readonly startAt?: string | undefined;
    readonly priority?: Priority | undefined;
    readonly tenant?: string | undefined;
  },
): WireRecord {
  const { pipeline, key, input, source, at, run, traceparent, startAt, priority, tenant } = request;
  const subject = run !== undefined && { subject: run };
  const sent = traceparent !== undefined && { traceparent };
  return {
    topic: topics.intake,
    key: run ?? `${pipeline}/${key}`,
    value: JSON.stringify(input ?? null),
    headers: {
      ...cloudEvent({ id: key, type: EVENT_TYPE.runRequested, source, at, ...subject, ...sent }),
      [HEADER.pipeline]: pipeline,
      [HEADER.idempotencyKey]: key,
      ...(startAt !== undefined && { [HEADER.startAt]: startAt }),
      ...(priority !== undefined && { [HEADER.priority]: priority }),
      ...(tenant !== undefined && { [HEADER.tenant]: tenant }),
    },
  };
}

/** The identity of what is said about one attempt of a step. */
export const attemptId = ({ run, step, attempt }: Pick<StepCommand, 'run' | 'step' | 'attempt'>): string =>
  `${run}/${step}/${attempt}`;

/** Asks a stage for an attempt. `traceparent` is the context that the command travels under. */
export const commandRecord = (
  topics: Topics,
  command: StepCommand,
  { stage, traceparent }: { readonly stage: string; readonly traceparent: string },
): WireRecord => ({
  topic: topics.stage(stage),
  key: command.run,
  value: JSON.stringify(command),
  headers: {
    [HEADER.type]: EVENT_TYPE.stepRequested,
    [HEADER.id]: attemptId(command),
    [HEADER.traceparent]: traceparent,
  },
});

interface EventHeaders {
  readonly id?: string;
  readonly traceparent?: string;
}

/** Tells a run what has happened to it. */
export const eventRecord = (topics: Topics, event: RunEvent, headers: EventHeaders = {}): WireRecord =>
  eventTextRecord(topics, { run: event.run, text: JSON.stringify(event) }, headers);

/** As `eventRecord`, for an event that is text already. */
export const eventTextRecord = (
  topics: Topics,
  { run, text }: { readonly run: string; readonly text: string },
  { id, traceparent }: EventHeaders = {},
): WireRecord => ({
  topic: topics.runs,
  key: run,
  value: text,
  packed: true,
  headers: {
    [HEADER.type]: EVENT_TYPE.runEvents,
    ...(id !== undefined && { [HEADER.id]: id }),
    ...(traceparent !== undefined && { [HEADER.traceparent]: traceparent }),
  },
});

/** Tells a run several things at once, in a record of its own. */
export const eventsRecord = (topics: Topics, run: string, events: readonly RunEvent[]): WireRecord => ({
  topic: topics.runs,
  key: run,
  value: JSON.stringify(events),
  headers: { [HEADER.type]: EVENT_TYPE.runEvents },
});

const END_TYPE: Readonly<Record<RunResult['status'], string>> = {
  completed: EVENT_TYPE.runCompleted,
  cancelled: EVENT_TYPE.runCancelled,
  failed: EVENT_TYPE.runFailed,
};

/** Tells the world how a run has ended. */
export const resultRecord = (topics: Topics, result: RunResult, traceparent: string): WireRecord => ({
  topic: topics.results,
  key: result.run,
  value: JSON.stringify(result),
  headers: cloudEvent({
    id: `${result.run}/${result.status}`,
    type: END_TYPE[result.status],
    source: `/millrace/pipelines/${result.pipeline}`,
    subject: result.run,
    at: result.endedAt,
    traceparent,
  }),
});

/** Parks a step that has failed for good. Its headers say what one needs for finding it. */
export function parkedStepRecord(topics: Topics, parked: ParkedStep, traceparent: string): WireRecord {
  const { deadLetter, pipeline, run, step, attempts, failure, firstFailedAt, at } = parked;
  const source = `/millrace/pipelines/${pipeline}`;
  return {
    topic: topics.deadLetters,
    key: run,
    value: JSON.stringify(parked),
    headers: {
      ...cloudEvent({ id: deadLetter, type: EVENT_TYPE.stepDeadLettered, source, subject: run, at, traceparent }),
      'millrace-run': run,
      'millrace-step': step,
      'millrace-attempts': String(attempts),
      'millrace-failure-kind': failure.kind,
      'millrace-failure-code': failure.code,
      'millrace-first-failed-at': new Date(firstFailedAt).toISOString(),
      'millrace-last-failed-at': new Date(at).toISOString(),
    },
  };
}

/** Tells every service at once that a run is cancelled, or that a pipeline's new runs get another plan. */
export const controlRecord = (topics: Topics, control: Control): WireRecord => ({
  topic: topics.control,
  key: control.type === 'run.cancelled' ? control.run : control.pipeline,
  value: JSON.stringify(control),
  headers: { [HEADER.type]: EVENT_TYPE.control },
});

/** Pauses a run; without a pause it goes on. */
export const runPauseRecord = (topics: Topics, run: string, pause: RunPause | undefined): WireRecord => ({
  topic: topics.pauses,
  key: runPauseKey(run),
  value: pause ? JSON.stringify(pause) : null,
  headers: { [HEADER.type]: EVENT_TYPE.pause },
});

/** Returns the headers of something that an operator sets or asks for: it has an identity of its own. */
const identified = (type: string, id: string): WireRecord['headers'] => ({ [HEADER.id]: id, [HEADER.type]: type });

export const stagePauseRecord = (topics: Topics, stage: string, of: { pause: StagePause; id: string }): WireRecord => ({
  topic: topics.pauses,
  key: stagePauseKey(stage),
  value: JSON.stringify(of.pause),
  headers: identified(EVENT_TYPE.pause, of.id),
});

export const limitsRecord = (topics: Topics, stage: string, of: { limits: StageLimits; id: string }): WireRecord => ({
  topic: topics.limits,
  key: stage,
  value: JSON.stringify(of.limits),
  headers: identified(EVENT_TYPE.limits, of.id),
});

/** Announces what a stage takes and gives. */
export const contractRecord = (
  topics: Topics,
  stage: string,
  of: { contract: AnnouncedContract; id: string },
): WireRecord => ({
  topic: topics.contracts,
  key: stage,
  value: JSON.stringify(of.contract),
  headers: identified(EVENT_TYPE.contract, of.id),
});

/** Asks a coordinator for a deployment, a route, a pause, a schedule or a recovery. `key`: the pipeline, if it is about one. */
export const deploymentRecord = (topics: Topics, request: DeploymentRequest, key: string): WireRecord => ({
  topic: topics.deployments,
  key,
  value: JSON.stringify(request),
  headers: identified(EVENT_TYPE.deployment, request.id),
});

/** Says what became of a run. Keyed by run, or by the attribute that finds it. */
export const outcomeRecord = (topics: Topics, outcome: OutcomeReported): WireRecord => ({
  topic: topics.outcomes,
  key: outcome.run ?? String(outcome.attribute?.value),
  value: JSON.stringify(outcome),
  headers: { [HEADER.type]: EVENT_TYPE.outcome },
});

export const planRecord = (topics: Topics, { hash, plan }: { hash: string; plan: object }): WireRecord => ({
  topic: topics.plans,
  key: hash,
  value: JSON.stringify(plan),
  headers: { [HEADER.type]: EVENT_TYPE.plan },
});

/** Sets a quota, a budget or the prices; without a value it is there no more. */
export const modelRecord = (
  topics: Topics,
  key: string,
  of: { readonly value: ModelQuota | ModelBudget | ModelPrices | undefined; readonly id: string },
): WireRecord => ({
  topic: topics.models,
  key,
  value: of.value ? JSON.stringify(of.value) : null,
  headers: identified(EVENT_TYPE.model, of.id),
});

/** Tells the keeper of quotas about calls of a model. */
export const modelCallRecord = (topics: Topics, events: readonly ModelCallEvent[]): WireRecord => ({
  topic: topics.modelCalls,
  key: 'calls',
  value: JSON.stringify(events),
  headers: { [HEADER.type]: EVENT_TYPE.modelCall },
});

/** Tells processes whose turn it is. */
export const modelGrantsRecord = (topics: Topics, grants: readonly ModelGrant[]): WireRecord => ({
  topic: topics.modelGrants,
  key: 'grants',
  value: JSON.stringify(grants),
  headers: { [HEADER.type]: EVENT_TYPE.modelGrants },
});

/** Writes a line of the ledger of models; without a value the line is there no more. */
export const modelLedgerRecord = (topics: Topics, key: string, entry: LedgerEntry | undefined): WireRecord => ({
  topic: topics.modelLedger,
  key,
  value: entry ? JSON.stringify(entry) : null,
  headers: { [HEADER.type]: EVENT_TYPE.modelLedger },
});

/** Keeps a call of a model, or its answer, until its step is committed; without a value the call is over. */
export const modelAnswerRecord = (topics: Topics, call: string, kept: KeptCall | undefined): WireRecord => ({
  topic: topics.modelAnswers,
  key: call,
  value: kept ? JSON.stringify(kept) : null,
  headers: { [HEADER.type]: EVENT_TYPE.modelAnswer },
});

/** Says that somebody watches what a step writes. */
export const stepWatchRecord = (topics: Topics, watch: StepWatch): WireRecord => ({
  topic: topics.stepWatches,
  key: watch.run,
  value: JSON.stringify(watch),
  headers: { [HEADER.type]: EVENT_TYPE.stepWatch },
});

/** Shows a part of what an attempt writes. */
export const stepTextRecord = (topics: Topics, part: StepText): WireRecord => ({
  topic: topics.stepTexts,
  key: part.run,
  value: JSON.stringify(part),
  headers: { [HEADER.type]: EVENT_TYPE.stepText },
});
