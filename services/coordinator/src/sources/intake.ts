import { type Batch, type Incoming, type OrderedSource, type Outgoing, partitionFor } from '@millrace/broker';
import { deadLetterIdOf, type Failure, present, unreadable } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import {
  accept,
  type Decision,
  holdChangesOf,
  holdWanted,
  withHold,
  withSlot,
  slotChangesOf,
  slotWanted,
  type Run,
  wakeAtOf,
} from '@millrace/saga';
import { parkingOf } from '@millrace/runtime';
import type { Commit, Created, RunChange } from '@millrace/store';
import { answerBytes } from '../answers/answer.js';
import { AnswerBudget } from '../answers/answer-budget.js';
import { changeOf, deadLettersOf, summaryOf } from '../answers/change.js';
import type { CoordinatorContext } from '../context.js';
import { Positions } from './position.js';
import { answerTo } from '../answers/publishing.js';
import type { PlanForRun } from '../deployments/plans.js';
import { pipelineOf, readRequest, type RequestReading } from './request.js';
import { type RequestedRun, reusedKeys } from './reused-keys.js';
import { BatchSpans, tellAgain } from '../run-spans.js';
import { lookupChanges } from '../cache/lookups.js';
import { deliveriesOf } from '../webhooks/events.js';
import { signalChanges } from './signals.js';

/** More slots than any pipeline has runs. */
const MOST_SLOTS = 2_000_000_000;

interface Accepted {
  readonly request: Parameters<typeof accept>[0];
  readonly decision: Decision;
  readonly plan: LoadedPlan;
  readonly traceparent: string | undefined;
}

interface IntakeOptions {
  readonly group: string;
  readonly maxBatch: number;
  readonly keyIsIdempotent: boolean;
}

/** A batch as it was read: the runs that it asks for, and dead letters of what cannot be read. */
interface Taken {
  readonly batch: Batch;
  readonly at: number;
  readonly accepted: ReadonlyMap<string, Accepted>;
  readonly asked: readonly RequestedRun[];
  readonly unread: readonly Outgoing[];
}

/** The outcome of a batch: the runs that are new, and what is published. */
interface Outcome {
  readonly made: readonly Accepted[];
  readonly records: readonly Outgoing[];
  readonly commit: Commit;
}

/** Takes what is asked for on `intake` and makes runs of it; what cannot be read becomes a dead letter. */
export function intakeSource(context: CoordinatorContext, options: IntakeOptions): OrderedSource {
  const source = new IntakeSource(context, options);
  const { group, maxBatch } = options;
  return {
    topic: context.topics.intake,
    group,
    maxBatch,
    opened: async (at) => {
      const unpublished = await source.positions.open(at);
      if (unpublished) await tellAgain(context, unpublished.records);
      return unpublished;
    },
    passed: (at) => source.positions.pass(at),
    take: (batch) => source.take(batch),
    parking: parkingOf(context, options),
  };
}

class IntakeSource {
  readonly positions: Positions;

  constructor(
    private readonly context: CoordinatorContext,
    private readonly options: IntakeOptions,
  ) {
    this.positions = new Positions({ ...context, group: options.group });
  }

  async take(batch: Batch): Promise<readonly Outgoing[]> {
    const { broker, topics, telemetry, store } = this.context;
    const at = this.context.now();
    const partitions = await broker.partitionsOf(topics.runs);
    const spans = new BatchSpans(this.context);
    const takenMs = telemetry.spans.now();
    const taken = await this.read(batch, at);
    const summaries = [...taken.accepted.values()].map(({ decision: { run }, plan }) => ({
      ...summaryOf(run, plan),
      wakeAt: wakeAtOf(run, plan),
      // One that is to begin later wants its slot, and its place in line, then.
      slot: run.held ? undefined : this.wanted(run, plan),
      hold: run.held || this.context.recovering?.hasBegun(run.id) ? undefined : holdWanted(run),
    }));
    const startMs = telemetry.spans.now();
    let outcome: Outcome | undefined;
    await store.writer.create(summaries, (created) => {
      outcome = this.decided(taken, created, spans);
      return outcome.commit;
    });
    const { made, records, commit } = present(outcome, 'decision about a batch');
    this.positions.moved(batch.partition, batch.next);
    if (commit.signals || commit.slots || commit.cache) this.context.wakeBy(at);
    for (const one of made) this.remember(one, partitions);
    const told = made.map(({ decision: { run, facts }, traceparent }) => ({
      before: undefined,
      run,
      facts,
      traceparent,
    }));
    await spans.committed(told, { topic: topics.intake, takenMs, startMs });
    return records;
  }

  private async read(batch: Batch, at: number): Promise<Taken> {
    const { plans, contracts, maxItems } = this.context;
    const planFor = await plans.forRuns(batch.records.flatMap((record) => pipelineOf(record) ?? []));
    const accepted = new Map<string, Accepted>();
    const asked: RequestedRun[] = [];
    const unread: Outgoing[] = [];
    for (const record of batch.records) {
      const reading = await this.requestOf(record, planFor, at);
      if ('failure' in reading) {
        unread.push(this.parked(record, { failure: reading.failure, at }));
        continue;
      }
      const { request, plan, traceparent } = reading;
      asked.push({ record, request });
      if (accepted.has(request.run)) continue;
      const decision = await this.context.contents.reading(() => accept(request, plan, { maxItems, contracts }));
      accepted.set(request.run, { request, decision, plan, traceparent });
    }
    return { batch, at, accepted, asked, unread };
  }

  /** Reads what a record asks for. A large input goes to blobs of its run. */
  private async requestOf(record: Incoming, planFor: PlanForRun, at: number): Promise<RequestReading> {
    const { contents, blobs } = this.context;
    const { keyIsIdempotent } = this.options;
    const reading = await contents.reading(() => readRequest(record, planFor, { at, keyIsIdempotent }));
    if ('failure' in reading || !blobs || (record.value?.length ?? 0) <= blobs.threshold) return reading;
    const { request } = reading;
    const input = await blobs.lighten(request.input, { run: request.run });
    return { ...reading, request: { ...request, input } };
  }

  private decided(taken: Taken, { made: created, slots: given, behind, before }: Created, spans: BatchSpans): Outcome {
    const { batch, at, accepted, asked, unread } = taken;
    const { maxRecordBytes } = this.context.broker;
    const budget = new AnswerBudget(this.context.maxAnswerBytes, maxRecordBytes);
    const reused = reusedKeys(asked, { before }).map(({ record, failure }) => this.parked(record, { failure, at }));
    budget.spend(unread);
    budget.spend(reused);
    const answers = [...accepted.values()]
      .filter(({ decision }) => created.has(decision.run.id))
      .map((one) => withHold(withSlot(one, given.get(one.decision.run.id)), behind.get(one.decision.run.id)))
      .map((one) => ({
        one,
        answer: answerTo(this.context, one.decision, { plan: one.plan, spans, budget, maxRecordBytes }),
      }));
    const made = answers.map(({ one, answer }) => ({ ...one, decision: answer.decision }));
    const changes = made.map(({ decision, plan }): RunChange => ({
      ...changeOf(undefined, decision, plan),
      // The row has been made; having no slot, or a request that no record could hold, has changed the run since.
      row: decision.run !== accepted.get(decision.run.id)?.decision.run,
    }));
    const records = [...unread, ...reused, ...answers.flatMap(({ answer }) => answer.records)];
    const over = made.filter(({ decision: { run } }) => run.endedAt !== undefined);
    const runs = made.map(({ decision: { run, facts } }) => ({ run, facts }));
    const deadLetters = made.flatMap(({ decision, plan }) => deadLettersOf(decision.run, decision.facts, plan));
    const commit = {
      topic: batch.topic,
      partition: batch.partition,
      expected: this.positions.expectedAt(batch.partition),
      next: batch.next,
      changes,
      // A run that is over at once, as one of values alone is, leaves its slot to the next.
      slots: slotChangesOf(over, at),
      holds: holdChangesOf(made, at),
      signals: signalChanges([], changes, at),
      cache: lookupChanges(
        this.context,
        made.map(({ decision: { run, facts }, plan }) => ({ before: undefined, run, facts, plan })),
        at,
      ),
      deadLetters,
      deliveries: deliveriesOf({ runs, changes, deadLetters }, this.context.webhooks),
      redriven: batch.records.flatMap(({ headers }) => deadLetterIdOf(headers) ?? []),
      answer: answerBytes(records),
    };
    return { made, records, commit };
  }

  private parked(record: Incoming, { failure, at }: { failure: Failure; at: number }): Outgoing {
    const { broker, telemetry, topics } = this.context;
    telemetry.meters.parked.add(1, { topic: topics.intake, code: failure.code });
    const letter = { group: this.options.group, failure, at, maxBytes: broker.maxRecordBytes };
    return { topic: topics.deadLetters, ...unreadable(record, letter) };
  }

  /** A run that is known to have begun has had its slot, whoever else has one now. */
  private wanted(run: Run, plan: LoadedPlan): ReturnType<typeof slotWanted> {
    const slot = slotWanted(run, plan);
    return slot && this.context.recovering?.hasBegun(run.id) ? { ...slot, limit: MOST_SLOTS } : slot;
  }

  private remember({ decision: { run }, plan }: Accepted, partitions: number): void {
    const { cache, wakeBy, runs } = this.context;
    const partition = partitionFor(run.id, partitions);
    const wakeAt = wakeAtOf(run, plan);
    if (cache.owns(partition)) cache.set(partition, { run, wakeAt });
    if (wakeAt !== undefined) wakeBy(wakeAt);
    runs.add(1, { pipeline: run.pipeline, status: 'accepted' });
  }
}
