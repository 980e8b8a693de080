import { fits, type Outgoing, sizeOf } from '@millrace/broker';
import {
  attemptId,
  commandRecord,
  eventTextRecord,
  failure,
  type Failure,
  type InsteadOf,
  type MadeCalls,
  type StepCommand,
  type Topics,
} from '@millrace/contracts';
import {
  handOff,
  type HandOff,
  type LoadedPlan,
  NO_CONTENTS,
  type StageStep,
  withContents,
} from '@millrace/pipeline/engine';
import { stepAttributes } from '@millrace/runtime';
import { ATTRIBUTE, SPAN, type SpanContext, type SpanRecord, type Spans } from '@millrace/telemetry';
import { askedAt } from './command.js';
import type { AnswersAre } from '../models/kept-answers.js';
import type { Said } from './progress.js';

/** Room for what the broker adds around a record. */
const SPARE_BYTES = 1_024;
const NO_HAND_OFF: HandOff = { wanted: [], skipped: [] };

export interface AnswerOf {
  readonly command: StepCommand;
  /** The trace context of the command: the parent of the attempt's span, and of the spans of what is handed on. */
  readonly traceparent: string;
  /** The attempt's span. */
  readonly context: SpanContext;
  readonly startedAt: number;
  readonly at: number;
  /** The calls of models that the attempt made. */
  readonly calls?: MadeCalls | undefined;
}

export interface AnswerContext {
  readonly topics: Topics;
  readonly spans: Spans;
  readonly messagingSystem: string;
  readonly maxRecordBytes: number;
  /** Values of more characters than this travel as references; undefined where there is no blob store. */
  readonly threshold: number | undefined;
}

export type Answer =
  | { readonly records: readonly Outgoing[]; /** Spans of sending. */ readonly sends: readonly SpanRecord[] }
  | { readonly failure: Failure; readonly answer?: string };

/** The answer to a command, as it is committed. */
export interface CommandAnswer {
  readonly records: readonly Outgoing[];
  /** The use of the answers that models gave to the step, as far as its stage can tell. */
  readonly answersAre: AnswersAre;
}

export const NO_ANSWER: CommandAnswer = { records: [], answersAre: 'done-with' };

/**
 * The records that say a step is completed: its event, and the commands of the steps that the plan hands off to. A failure
 * where the output cannot travel. Without a plan there is no hand-off; the coordinator goes on by itself.
 */
export function completed(
  options: AnswerOf & {
    /** The output as it travels, and the same as JSON. */
    readonly output: unknown;
    readonly text: string;
    readonly plan: LoadedPlan | undefined;
    readonly insteadOf?: InsteadOf | undefined;
    /** One line that says what the output comes to. */
    readonly line?: string | undefined;
  },
  around: AnswerContext,
): Answer {
  const { text, plan, insteadOf, line, calls } = options;
  const { handed, sends } = plan ? sentOn({ ...options, plan }, around) : NOTHING_SENT;
  let event = `${opening('step.completed', options)},"output":${text}`;
  if (sends.length > 0) event += `,"next":${JSON.stringify(sends.map(({ step }) => step))}`;
  if (handed.skipped.length > 0) event += `,"skipped":${JSON.stringify(handed.skipped)}`;
  if (insteadOf) event += `,"insteadOf":${JSON.stringify(insteadOf)}`;
  if (line) event += `,"summary":${JSON.stringify(line)}`;
  if (calls) event += `,"calls":${JSON.stringify(calls)}`;
  const records = [answerRecord(options, event + '}', around.topics), ...sends.map(({ record }) => record)];
  const tooLarge = records.find((record) => !fits(record, around.maxRecordBytes - SPARE_BYTES));
  // The output counts for more than what is told of its calls.
  if (tooLarge && calls) return completed({ ...options, calls: undefined }, around);
  if (tooLarge) {
    const sizes = `a record of ${sizeOf(tooLarge)} bytes; the broker takes ${around.maxRecordBytes}`;
    return { failure: failure('STAGE_OUTPUT_TOO_LARGE', `The stage’s output makes ${sizes}.`) };
  }
  return { records, sends: around.spans.on ? sends.map((send) => sendSpan(send, options, around)) : [] };
}

interface SentOn {
  readonly handed: HandOff;
  readonly sends: readonly Send[];
}

const NOTHING_SENT: SentOn = { handed: NO_HAND_OFF, sends: [] };

/** Returns what is handed on. Nothing where a command would carry a value that belongs in a blob: the coordinator puts it there. */
function sentOn(options: AnswerOf & { output: unknown; plan: LoadedPlan }, around: AnswerContext): SentOn {
  const handed = handedOff(options.plan, options.command, options.output);
  const sends = handed.wanted.map((step) => sendOf(step, options, around));
  const isHeavy = handed.wanted.some(({ input }, at) => carriesTooMuch(sends[at], input, around));
  return isHeavy ? NOTHING_SENT : { handed, sends };
}

function carriesTooMuch(send: Send | undefined, input: unknown, around: AnswerContext): boolean {
  const { threshold = Infinity, maxRecordBytes } = around;
  if (!send || String(send.record.value).length <= threshold) return false;
  return !fits(send.record, maxRecordBytes - SPARE_BYTES) || JSON.stringify(input ?? null).length > threshold;
}

/** Returns what the plan hands off to; nothing where the plan cannot say, or reads a blob to say it: the coordinator then does. */
function handedOff(plan: LoadedPlan, { step, known, alone }: StepCommand, output: unknown): HandOff {
  if (alone) return NO_HAND_OFF;
  try {
    return withContents(NO_CONTENTS, () => handOff(plan, step, { ...known, [step]: output }));
  } catch {
    return NO_HAND_OFF;
  }
}

/** The record that says an attempt failed. */
export function failed(
  options: AnswerOf & {
    readonly failure: Failure;
    readonly answer?: string | undefined;
  },
  { topics }: AnswerContext,
): Outgoing {
  const answer = options.answer === undefined ? '' : `,"answer":${JSON.stringify(options.answer)}`;
  const calls = options.calls === undefined ? '' : `,"calls":${JSON.stringify(options.calls)}`;
  return answerRecord(
    options,
    `${opening('step.failed', options)},"failure":${JSON.stringify(options.failure)}${answer}${calls}}`,
    topics,
  );
}

/** The record that says that a step waits for its turn to call a model, and that no stage holds it. */
export function deferred(
  options: AnswerOf & { readonly waitMs: number; readonly waitsFor?: string | undefined },
  { topics }: AnswerContext,
): Outgoing {
  const { waitMs, waitsFor } = options;
  const wait = JSON.stringify({ waitMs, ...(waitsFor !== undefined && { waitsFor }) });
  return answerRecord(options, `${opening('step.deferred', options)},${wait.slice(1)}`, topics);
}

/** The record that says how far a step is. */
export function progressed(options: AnswerOf & { readonly said: Said }, { topics }: AnswerContext): Outgoing {
  return answerRecord(options, `${opening('step.progress', options)},${JSON.stringify(options.said).slice(1)}`, topics);
}

/** Written by hand up to the part that differs: the output is turned into text once, and the order of keys is ours. */
function opening(type: string, { command, context, startedAt, at }: AnswerOf): string {
  const step = JSON.stringify(command.step);
  return (
    `{"type":"${type}","run":"${command.run}","step":${step},"attempt":${command.attempt}` +
    `,"at":${at},"startedAt":${startedAt},"trace":"${context.traceparent}"`
  );
}

const answerRecord = ({ command, context }: AnswerOf, text: string, topics: Topics): Outgoing =>
  eventTextRecord(topics, { run: command.run, text }, { id: attemptId(command), traceparent: context.traceparent });

interface Send {
  readonly step: string;
  readonly record: Outgoing;
  readonly context: SpanContext;
  readonly startMs: number;
}

function sendOf(
  wanted: HandOff['wanted'][number],
  options: AnswerOf & { plan: LoadedPlan },
  around: AnswerContext,
): Send {
  const { run, plan: hash, attempt, priority, tenant } = options.command;
  const { step, input, known } = wanted;
  const { stage, timeoutMs, startTimeoutMs } = options.plan.step(step) as StageStep;
  const startMs = around.spans.now();
  const context = around.spans.context(options.context.traceparent);
  const expires = options.at + Math.ceil(startTimeoutMs + timeoutMs);
  const command: StepCommand = {
    run,
    plan: hash,
    step,
    attempt,
    ...(attempt !== 1 && { ownAttempt: 1 }),
    input,
    known,
    at: options.at,
    asked: askedAt(options.command),
    timeoutMs: Math.ceil(timeoutMs),
    expires,
    priority,
    tenant,
    ...(around.spans.on && { links: [context.traceparent] }),
  };
  return {
    step,
    context,
    startMs,
    record: commandRecord(around.topics, command, { stage, traceparent: options.traceparent }),
  };
}

function sendSpan({ step, record, context, startMs }: Send, options: AnswerOf, around: AnswerContext): SpanRecord {
  return {
    context,
    name: SPAN.send(record.topic),
    kind: 'producer',
    startMs,
    endMs: around.spans.now(),
    attributes: {
      [ATTRIBUTE.messagingSystem]: around.messagingSystem,
      [ATTRIBUTE.operationType]: 'send',
      [ATTRIBUTE.operationName]: 'send',
      [ATTRIBUTE.destination]: record.topic,
      [ATTRIBUTE.conversation]: options.command.run,
      [ATTRIBUTE.run]: options.command.run,
      ...stepAttributes(step),
    },
  };
}
