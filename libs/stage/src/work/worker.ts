import type { Incoming, Outgoing } from '@millrace/broker';
import {
  acceptedTraceparent,
  HEADER,
  headerText,
  mentionsBlob,
  readCommand,
  type StepCommand,
} from '@millrace/contracts';
import { type LoadedPlan, summarize } from '@millrace/pipeline/engine';
import { messagingSystemOf } from '@millrace/runtime';
import type { SpanRecord } from '@millrace/telemetry';
import {
  type Answer,
  type AnswerContext,
  type AnswerOf,
  type CommandAnswer,
  completed,
  deferred,
  failed,
  NO_ANSWER,
  progressed,
} from './answer.js';
import { Attempt, type AttemptOutcome } from './attempt.js';
import { attemptSpan } from './attempt-span.js';
import type { Begun } from './begun.js';
import { askedAt } from './command.js';
import { LargeValues } from './large-values.js';
import { failureOf, framesOf, rawAnswerOf, StageFailure } from './failure.js';
import { within } from './scope.js';
import { ANSWER_LATER, type StageRun } from './stage-run.js';
import { parkedCommand } from './parked-command.js';
import { validate } from './validate.js';
import { WorkLost } from './work-lost.js';
import type { WorkerOptions } from './worker-options.js';

/** The time for which a hand-off waits for a plan that this service has not seen yet. */
const PLAN_MS = 2_000;

/** The stage's own work, with everything Nest does around it. */
export type StageHandler = (input: unknown, run: StageRun) => Promise<unknown>;

/** Carries a stage's work: a command in, the records that answer it out. */
export class Worker {
  private readonly around: AnswerContext;
  private readonly large: LargeValues;
  private readonly now: () => number;
  private readonly missing = new Set<string>();
  private readonly losing = new WeakMap<AbortSignal, Set<() => void>>();

  constructor(
    private readonly of: WorkerOptions,
    private readonly handler: StageHandler,
  ) {
    const { broker, topics, telemetry, now = Date.now } = of;
    this.now = now;
    const messagingSystem = messagingSystemOf(broker);
    const { maxRecordBytes } = broker;
    this.large = new LargeValues(of.blobs, maxRecordBytes, of.contract.reads);
    const { threshold } = this.large;
    this.around = { topics, spans: telemetry.spans, messagingSystem, maxRecordBytes, threshold };
  }

  /** Answers a record. Rejects where the work is no longer ours, so that nothing is committed. */
  async take(record: Incoming, signal: AbortSignal): Promise<readonly Outgoing[]> {
    const read = readCommand(record.value);
    if ('failure' in read) return [parkedCommand(record, { ...this.of, failure: read.failure, at: this.now() })];
    const { command } = read;
    const isCancelled = () => this.of.cancellations.isCancelled(command.run, askedAt(command));
    if (isCancelled()) return [];
    const traceparent = headerText(record.headers, HEADER.traceparent) ?? acceptedTraceparent(command.run);
    const { priority = 'normal', tenant = '' } = command;
    const { turns } = this.of;
    const ended = await turns?.take({ priority, tenant, partition: record.partition }, signal);
    let left: (() => void) | undefined;
    try {
      if (isCancelled()) return [];
      const mayHoldBlobs = mentionsBlob(record.value);
      if (mayHoldBlobs) left = await this.large.room(command.input, signal);
      const context = this.of.telemetry.spans.context(traceparent);
      const startMs = this.of.telemetry.spans.now();
      const begun = {
        command: this.prolonged(command),
        traceparent,
        context,
        startedAt: this.now(),
        startMs,
        partition: record.partition,
        mayHoldBlobs,
      };
      return await this.attempt(begun, signal);
    } finally {
      left?.();
      ended?.();
    }
  }

  /** Waiting in a stage that is paused does not make a command too late. */
  private prolonged(command: StepCommand): StepCommand {
    const { pauses, contract } = this.of;
    const ms = pauses.pausedFor(contract.name, { from: command.at, to: this.now() });
    return ms === 0 ? command : { ...command, expires: command.expires + ms };
  }

  private async attempt(begun: Begun, signal: AbortSignal): Promise<readonly Outgoing[]> {
    const { command, context, traceparent, startedAt } = begun;
    const { cancellations, telemetry, plans, broker, turns } = this.of;
    const attempt = new Attempt({
      command,
      stage: this.of.contract.name,
      context,
      startedAt,
      pipeline: plans.get(command.plan)?.plan.pipeline,
      log: telemetry.log,
      now: this.now,
      modelCalls: this.of.modelCalls,
      openText: this.of.streams && (() => this.of.streams?.open({ command, startedAt })),
      suspend: turns && (() => turns.suspend({ partition: begun.partition })),
      report: (said) => {
        const record = progressed({ command, traceparent, context, startedAt, at: this.now(), said }, this.around);
        broker
          .publish([record])
          .catch((error: unknown) => attempt.log.debug({ err: error }, 'Progress was not published.'));
      },
    });
    const lose = () => attempt.end({ is: 'dropped', why: 'lost' });
    const losing = this.losingOf(signal);
    const forget = cancellations.onCancel(command.run, askedAt(command), () =>
      attempt.end({ is: 'dropped', why: 'cancelled' }),
    );
    losing.add(lose);
    if (signal.aborted) lose();
    try {
      const outcome = await attempt.perform(() => within(attempt, () => this.work(begun, attempt)));
      const answer = await this.answer(begun, attempt, outcome);
      const endings = this.of.answers?.endings(attempt, answer.answersAre) ?? [];
      return endings.length === 0 ? answer.records : [...answer.records, ...endings];
    } finally {
      losing.delete(lose);
      forget();
    }
  }

  /** Returns the callbacks that run when `signal` fires. One listener serves them all: adding and removing one costs more than much of the rest. */
  private losingOf(signal: AbortSignal): Set<() => void> {
    let losing = this.losing.get(signal);
    if (losing) return losing;
    const made = (losing = new Set<() => void>());
    this.losing.set(signal, made);
    signal.addEventListener('abort', () => made.forEach((lose) => lose()), { once: true });
    return losing;
  }

  private async work({ command, mayHoldBlobs }: Begun, attempt: Attempt): Promise<AttemptOutcome> {
    const { contract, telemetry } = this.of;
    const given = mayHoldBlobs ? await this.large.resolved(command.input) : { value: command.input };
    if ('failure' in given) return { is: 'failed', failure: given.failure };
    const input = await validate(contract.input, given.value, 'STAGE_INPUT_INVALID');
    if ('failure' in input) return { is: 'failed', failure: input.failure };
    let answered: unknown;
    const startMs = performance.now();
    try {
      answered = await this.handler(input.value, attempt);
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (attempt.isDeferred) return { is: 'failed', failure };
      if (thrown instanceof StageFailure && thrown.asksModelsAgain) attempt.discardAnswers();
      attempt.log.warn({ code: failure.code, kind: failure.kind, at: framesOf(thrown) }, failure.message);
      return { is: 'failed', failure, ...rawAnswerOf(thrown) };
    } finally {
      telemetry.meters.stageDuration.record((performance.now() - startMs) / 1_000, { stage: contract.name });
    }
    if (answered === ANSWER_LATER) return { is: 'later' };
    const output = await validate(contract.output, answered, 'STAGE_OUTPUT_INVALID');
    return 'failure' in output ? { is: 'failed', failure: output.failure } : { is: 'completed', output: output.value };
  }

  private async answer(begun: Begun, attempt: Attempt, outcome: AttemptOutcome): Promise<CommandAnswer> {
    if (outcome.is === 'dropped') {
      this.ended(begun, outcome.why);
      if (outcome.why === 'cancelled') return NO_ANSWER;
      throw new WorkLost(`The work on ${attempt.id}/${attempt.step} is no longer ours.`);
    }
    const { command, traceparent, context, startedAt } = begun;
    const of = { command, traceparent, context, startedAt, at: this.now(), calls: attempt.callsMade };
    if (outcome.is === 'deferred') {
      this.ended(begun, 'deferred');
      return { records: [deferred({ ...of, ...outcome }, this.around)], answersAre: 'for-the-same-attempt' };
    }
    if (outcome.is !== 'failed') this.of.health?.completed(attempt.insteadOf);
    else this.of.health?.failed(outcome.failure);
    if (outcome.is === 'later') {
      this.ended(begun, 'later');
      return NO_ANSWER;
    }
    const answer = outcome.is === 'completed' ? await this.completed(of, attempt, outcome.output) : outcome;
    if ('records' in answer) {
      this.ended(begun, 'completed', answer.sends);
      return { records: answer.records, answersAre: 'done-with' };
    }
    this.ended(begun, answer.failure.code);
    const answersAre = answer.failure.kind === 'transient' ? 'for-the-next-attempt' : 'done-with';
    return { records: [failed({ ...of, ...answer }, this.around)], answersAre };
  }

  private async completed(of: AnswerOf, { insteadOf }: Attempt, output: unknown): Promise<Answer> {
    const { command } = of;
    const written = await this.large.written(output, command.run);
    if ('failure' in written) return written;
    const known = await this.planOf(command);
    // A paused run hands nothing on: the coordinator asks for its next steps when the run goes on.
    const plan = this.of.pauses.isPaused(command.run) ? undefined : known;
    const { summary } = this.of.contract;
    const line = summary && summarize(summary, output);
    return completed({ ...of, ...written, plan, insteadOf, line }, this.around);
  }

  /** A plan that does not come is waited for once; the coordinator carries its runs on until it is here. */
  private async planOf({ plan }: StepCommand): Promise<LoadedPlan | undefined> {
    const known = this.of.plans.get(plan);
    if (known || this.missing.has(plan)) return known;
    const arrived = await this.of.plans.wait(plan, PLAN_MS);
    if (!arrived && !this.missing.has(plan)) {
      this.missing.add(plan);
      this.of.telemetry.log.warn(
        { plan },
        'The plan has not reached this service: the coordinator hands its steps on.',
      );
    }
    return arrived;
  }

  /** The attempt's span goes first: where this process is killed meanwhile, none of the others is left without it. */
  private ended(begun: Begun, outcome: string, sends: readonly SpanRecord[] = []): void {
    const { telemetry, contract } = this.of;
    telemetry.meters.stageAttempts.add(1, { stage: contract.name, outcome });
    if (!telemetry.spans.on) return;
    telemetry.spans.record(attemptSpan(begun, outcome, { ...this.of, messagingSystem: this.around.messagingSystem }));
    for (const send of sends) telemetry.spans.record(send);
  }
}
