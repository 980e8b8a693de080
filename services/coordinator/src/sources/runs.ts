import type { Batch, Incoming, OrderedSource, Outgoing } from '@millrace/broker';
import { type Failure, type RunEvent, unreadable } from '@millrace/contracts';
import {
  contradictionOf,
  holdChangesOf,
  impliedBy,
  slotChangesOf,
  type MoveTarget,
  wakeAtOf,
  withLists,
} from '@millrace/saga';
import { answerBytes } from '../answers/answer.js';
import { AnswerBudget } from '../answers/answer-budget.js';
import { changeOf, closedOf, deadLettersOf, redrivenOf } from '../answers/change.js';
import type { CoordinatorContext } from '../context.js';
import { Positions } from './position.js';
import { answerTo } from '../answers/publishing.js';
import { runActsOf } from '../answers/run-acts.js';
import { runParking } from './run-parking.js';
import { BatchSpans, tellAgain } from '../run-spans.js';
import { countLookups, lookupChanges } from '../cache/lookups.js';
import { deliveriesOf } from '../webhooks/events.js';
import { signalChanges } from './signals.js';
import { lightened, MAX_HEAVY_BYTES } from '../blobs/lightened.js';
import { failureOf, type Stray, UNASKED, UNKNOWN } from './strays.js';
import { EventReader } from './telling.js';
import { applyTo, type Work, WorkFinder } from './work.js';

interface RunsOptions {
  readonly group: string;
  readonly maxBatch: number;
}

type Reading = ReturnType<EventReader['read']> & { readonly record: Incoming };

/** A batch, and the runs that it is about. */
interface Taken {
  readonly batch: Batch;
  readonly at: number;
  readonly events: readonly RunEvent[];
  readonly works: ReadonlyMap<string, Work>;
  readonly targets: ReadonlyMap<string, MoveTarget>;
  /** The pipelines whose runs wait for their turn. */
  readonly paused: ReadonlySet<string>;
}

/** Applies what happened to runs, in order, and publishes what that asks for. */
export function runsSource(context: CoordinatorContext, options: RunsOptions): OrderedSource {
  const source = new RunsSource(context, options);
  return {
    topic: context.topics.runs,
    ...options,
    linger: source.reader.linger,
    take: (batch) => source.take(batch),
    parking: runParking(context, options),
    passed: (at) => source.positions.pass(at),
    opened: async (at) => {
      context.cache.open(at.partition);
      const unpublished = await source.positions.open(at);
      if (unpublished) await tellAgain(context, unpublished.records);
      return unpublished;
    },
  };
}

class RunsSource {
  readonly positions: Positions;
  readonly reader = new EventReader();
  private readonly finder: WorkFinder;

  constructor(
    private readonly context: CoordinatorContext,
    private readonly options: RunsOptions,
  ) {
    this.positions = new Positions({ ...context, group: options.group });
    this.finder = new WorkFinder(context);
  }

  async take(batch: Batch): Promise<readonly Outgoing[]> {
    // First: a span of the batch does not begin before the runs that it makes.
    const at = this.context.now();
    const spans = new BatchSpans(this.context);
    const takenMs = this.context.telemetry.spans.now();
    const readings = batch.records.map((record) => ({ record, ...this.reader.read(record) }));
    const events = readings.flatMap((reading) => reading.events.map(({ event }) => event));
    const taken = await this.found(batch, events, at);
    const records: Outgoing[] = [];
    for (const reading of readings) {
      const failure = await this.applied(reading, taken);
      if (failure) records.push(this.parked(reading.record, { failure, at }));
    }
    const changed = [...taken.works.values()].filter((work) => work.decision.facts.length > 0 || work.woken);
    await this.answer(changed, { spans, records });
    const startMs = this.context.telemetry.spans.now();
    await this.commit(taken, changed, records);
    const told = changed.map(({ before, decision: { run, facts } }) => ({ before: before?.run, run, facts }));
    countLookups(this.context.telemetry.meters, told);
    await spans.committed(told, { topic: this.context.topics.runs, takenMs, startMs });
    return records;
  }

  private async found(batch: Batch, events: readonly RunEvent[], at: number): Promise<Taken> {
    const works = await this.finder.find({ partition: batch.partition, events, at });
    const targets = await this.finder.targetsOf(events);
    const held = [...works.values()].flatMap(({ before }) => (before?.run.held ? [before.run.pipeline] : []));
    const paused = await this.context.plans.paused(held);
    return { batch, at, events, works, targets, paused };
  }

  /** Applies a record's events to their runs. Returns what is wrong with the record, if anything. */
  private async applied({ events, failure }: Reading, taken: Taken): Promise<Failure | undefined> {
    const { guard, recovering } = this.context;
    const strays: Stray[] = [];
    for (const { item, event } of events) {
      const stray = await this.context.contents.reading(() => this.apply(event, taken));
      if (stray) strays.push({ ...stray, item });
    }
    // A store that is too old does not know the run either.
    if (strays.length > 0) await guard?.ensure();
    return failure ?? (recovering ? undefined : failureOf(strays));
  }

  /** Applies an event to its run; returns why it does not fit, if it does not. */
  private apply(event: RunEvent, { at, works, targets, paused }: Taken): Omit<Stray, 'item'> | undefined {
    const { recovering, stages, contracts, maxItems } = this.context;
    const { run } = event;
    const work = works.get(run);
    if (!work) {
      // The keeper of quotas does not hear that a run is gone.
      if (event.type === 'step.progress' || event.type === 'step.recalled') return undefined;
      return { run, ...(event.type === 'run.requested' ? UNASKED : UNKNOWN) };
    }
    const scene = { stages, contracts, maxItems, waits: paused.has(work.decision.run.pipeline) };
    if (recovering)
      for (const { event: implied, at: then } of impliedBy(work.decision.run, event))
        applyTo(work, implied, { ...scene, at: then, target: undefined });
    const detail = contradictionOf(work.decision.run, event, work.plan);
    if (detail !== undefined) return { run, code: 'CONTRADICTS_RUN', detail };
    const target = event.type === 'run.move-requested' ? targets.get(event.to) : undefined;
    applyTo(work, event, { ...scene, at, target });
    return undefined;
  }

  /** Adds what the runs ask for to `records`. */
  private async answer(
    changed: readonly Work[],
    { spans, records }: { spans: BatchSpans; records: Outgoing[] },
  ): Promise<void> {
    const { maxAnswerBytes, broker, store, blobs, contents } = this.context;
    // With a blob store, values that no record can hold go to blobs once it is known what the batch leads to.
    const maxRecordBytes = blobs ? MAX_HEAVY_BYTES : broker.maxRecordBytes;
    const budget = new AnswerBudget(maxAnswerBytes, maxRecordBytes);
    budget.spend(records);
    const load = (runs: readonly string[]) => store.writer.load(runs);
    for (const work of changed) {
      const decision = await withLists(work.decision, { plan: work.plan, load });
      const answer = await contents.reading(() =>
        answerTo(this.context, decision, { plan: work.plan, budget, spans, maxRecordBytes }),
      );
      work.decision = answer.decision;
      const published = blobs
        ? await lightened(answer.records, { blobs, maxRecordBytes: broker.maxRecordBytes })
        : answer.records;
      for (const record of published) records.push(record);
    }
  }

  private async commit(
    { batch, at, events, works }: Taken,
    changed: readonly Work[],
    records: readonly Outgoing[],
  ): Promise<void> {
    const { topic, partition, next } = batch;
    const changes = changed.map(({ before, decision, plan, woken }) => {
      const change = { ...changeOf(before, decision, plan), created: before === undefined };
      return woken ? { ...change, row: true } : change;
    });
    const signals = signalChanges(events, changes, at);
    const cache = lookupChanges(
      this.context,
      changed.map(({ before, decision: { run, facts }, plan }) => ({ before: before?.run, run, facts, plan })),
      at,
    );
    const runs = changed.map(({ decision: { run, facts } }) => ({ run, facts }));
    const deadLetters = changed.flatMap(({ decision, plan }) => deadLettersOf(decision.run, decision.facts, plan));
    await this.context.store.writer.commit({
      topic,
      partition,
      expected: this.positions.expectedAt(partition),
      next,
      changes,
      deadLetters,
      deliveries: deliveriesOf({ runs, changes, deadLetters }, this.context.webhooks),
      redriven: changed.flatMap(({ decision }) => redrivenOf(decision.facts)),
      closed: changed.flatMap(({ before, decision }) => closedOf(before?.run, decision)),
      slots: slotChangesOf(changed, at),
      holds: holdChangesOf(changed, at),
      signals,
      cache,
      acts: changed.flatMap(({ before, decision: { run, facts } }) => runActsOf(before?.run, run, facts)),
      answer: answerBytes(records),
    });
    this.positions.moved(partition, next);
    if (signals || cache) this.context.wakeBy(at);
    for (const work of works.values()) this.remember(partition, work);
  }

  /** The record as it came, once, whatever is wrong with however many of its events. */
  private parked(record: Incoming, why: { failure: Failure; at: number }): Outgoing {
    const { broker, telemetry, topics } = this.context;
    telemetry.meters.parked.add(1, { topic: topics.runs, code: why.failure.code });
    const letter = { ...why, group: this.options.group, maxBytes: broker.maxRecordBytes };
    return { topic: topics.deadLetters, ...unreadable(record, letter) };
  }

  private remember(partition: number, { before, plan, decision: { run }, woken }: Work): void {
    const { cache, now, runs, wakeBy } = this.context;
    const due = wakeAtOf(run, plan);
    const wakeAt =
      woken || due === undefined || before?.wakeAt === undefined || due < before.wakeAt ? due : before.wakeAt;
    if (run.endedAt === undefined) cache.set(partition, { run, wakeAt });
    else cache.delete(partition, run.id);
    if (due !== undefined) wakeBy(due);
    // Somebody else's turn may have come.
    if ((run.key ?? run.hold) !== undefined && run.endedAt !== undefined) wakeBy(now());
    if (!run.parent && run.status !== before?.run.status) runs.add(1, { pipeline: run.pipeline, status: run.status });
  }
}
