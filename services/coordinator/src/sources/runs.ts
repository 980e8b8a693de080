import type { Batch, Incoming, OrderedSource, Outgoing } from '@millrace/broker';
import { derivedId, type Failure, type RunEvent, unreadable } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import {
  acceptChild,
  acceptReplay,
  contradictionOf,
  decide,
  type Decision,
  evolve,
  fitsReplay,
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
import type { Cached } from './run-cache.js';
import { runParking } from './run-parking.js';
import { BatchSpans, tellAgain } from '../run-spans.js';
import { signalChanges } from './signals.js';
import { failureOf, type Stray, UNASKED, UNKNOWN } from './strays.js';
import { EventReader } from './telling.js';

/** A run while a batch is applied to it. */
interface Work {
  /** The run as the batch found it; undefined where it began with the batch. */
  readonly before: Cached | undefined;
  /** Another one once the run was moved. */
  plan: LoadedPlan;
  decision: Decision;
  woken: boolean;
}

/** Applies what happened to runs, in order, and publishes what that asks for. */
export function runsSource(context: CoordinatorContext, options: { group: string; maxBatch: number }): OrderedSource {
  const { topics, store, plans, cache, telemetry, recovering } = context;
  const positions = new Positions({ ...context, group: options.group });
  const reader = new EventReader();

  async function take(batch: Batch): Promise<readonly Outgoing[]> {
    const at = context.now();
    const { partition } = batch;
    const spans = new BatchSpans(context);
    const takenMs = telemetry.spans.now();
    const records: Outgoing[] = [];
    const readings = batch.records.map((record) => ({ record, ...reader.read(record) }));
    const all = readings.flatMap(({ events }) => events.map(({ event }) => event));
    const work = await find(partition, all, at);
    const targets = await targetsOf(all);
    const paused = await plans.paused(
      [...work.values()].flatMap(({ before }) => (before?.run.held ? [before.run.pipeline] : [])),
    );
    for (const { record, events, failure: problem } of readings) {
      const strays: Stray[] = [];
      for (const { item, event } of events) {
        const one = work.get(event.run);
        const target = event.type === 'run.move-requested' ? targets.get(event.to) : undefined;
        const waits = one !== undefined && paused.has(one.decision.run.pipeline);
        if (one && recovering)
          for (const { event: implied, at: then } of impliedBy(one.decision.run, event))
            apply(one, implied, { at: then, target: undefined, waits });
        const detail = one && contradictionOf(one.decision.run, event, one.plan);
        const { run } = event;
        if (detail !== undefined) strays.push({ run, item, code: 'CONTRADICTS_RUN', detail });
        else if (one) apply(one, event, { at, target, waits });
        else if (event.type !== 'step.progress')
          strays.push({ run, item, ...(event.type === 'run.requested' ? UNASKED : UNKNOWN) });
      }
      // Of runs that the store does not know a store that is too old says the same.
      if (strays.length > 0) await context.guard?.ensure();
      const wrong = problem ?? (recovering ? undefined : failureOf(strays));
      if (wrong) records.push(parked(record, { failure: wrong, at }));
    }
    const budget = new AnswerBudget(context.maxAnswerBytes, context.broker.maxRecordBytes);
    budget.spend(records);
    const changed = [...work.values()].filter((one) => one.decision.facts.length > 0 || one.woken);
    for (const one of changed) {
      const load = (runs: readonly string[]) => store.writer.load(runs);
      const decision = await withLists(one.decision, { plan: one.plan, load });
      const answer = answerTo(context, decision, { plan: one.plan, budget, spans });
      one.decision = answer.decision;
      for (const record of answer.records) records.push(record);
    }
    const changes = changed.map(({ before, decision, plan, woken }) => {
      const change = { ...changeOf(before, decision, plan), created: before === undefined };
      return woken ? { ...change, row: true } : change;
    });
    const signals = signalChanges(all, changes, at);
    const startMs = telemetry.spans.now();
    await store.writer.commit({
      topic: batch.topic,
      partition,
      expected: positions.expectedAt(partition),
      next: batch.next,
      changes,
      deadLetters: changed.flatMap(({ decision, plan }) => deadLettersOf(decision.run, decision.facts, plan)),
      redriven: changed.flatMap(({ decision }) => redrivenOf(decision.facts)),
      closed: changed.flatMap(({ before, decision }) => closedOf(before?.run, decision)),
      slots: slotChangesOf(changed, at),
      signals,
      answer: answerBytes(records),
    });
    positions.moved(partition, batch.next);
    if (signals) context.wakeBy(at);
    for (const one of work.values()) remember(partition, one);
    const told = changed.map(({ before, decision: { run, facts } }) => ({ before: before?.run, run, facts }));
    await spans.committed(told, { topic: topics.runs, takenMs, startMs });
    return records;
  }

  /** The runs that the events are about, from memory or from the store. */
  async function find(partition: number, events: readonly RunEvent[], at: number): Promise<Map<string, Work>> {
    const work = new Map<string, Work>();
    const begin = async (before: Cached) => {
      const plan = await plans.get(before.run.plan);
      const decision = { run: before.run, facts: [], requests: [], events: [] };
      work.set(before.run.id, { before, plan, decision, woken: false });
    };
    const missing = new Set<string>();
    for (const { run } of events) {
      if (work.has(run)) continue;
      const cached = cache.get(partition, run);
      if (cached) await begin(cached);
      else missing.add(run);
    }
    if (missing.size === 0) return work;
    // What the row's timer says is not known here; taking it for absent writes the row once more at worst.
    for (const [id, facts] of await store.writer.load([...missing]))
      await begin({ run: evolve(undefined, id, facts), wakeAt: undefined });
    for (const event of events) {
      if (event.type !== 'run.replay-requested' || work.has(event.run)) continue;
      const plan = await plans.find(event.plan);
      if (!plan || !fitsReplay(event, plan)) continue;
      const decision = acceptReplay(event, { plan, at, maxItems: context.maxItems });
      work.set(event.run, { before: undefined, plan, decision, woken: false });
    }
    const requested = events.filter((event) => event.type === 'run.requested').filter(isOwnChild);
    // What is decided again may ask for a child before its parent's partition has been read so far.
    const parents = recovering
      ? new Set(requested.map(({ parent }) => parent.run))
      : requested.length > 0 && (await store.writer.known(requested.map(({ parent }) => parent.run)));
    for (const event of requested) {
      const plan = !work.has(event.run) && parents && parents.has(event.parent.run) && (await plans.find(event.plan));
      if (!plan) continue;
      const decision = acceptChild(event, { plan, at, maxItems: context.maxItems });
      work.set(event.run, { before: undefined, plan, decision, woken: false });
    }
    return work;
  }

  /** The plans that runs are to be moved to, as far as they exist. */
  async function targetsOf(events: readonly RunEvent[]): Promise<ReadonlyMap<string, MoveTarget>> {
    const hashes = new Set(events.flatMap((event) => (event.type === 'run.move-requested' ? [event.to] : [])));
    const targets = new Map<string, MoveTarget>();
    for (const hash of hashes) {
      const target = await plans.target(hash);
      if (target) targets.set(hash, target);
    }
    return targets;
  }

  function apply(
    one: Work,
    event: RunEvent,
    options: { at: number; target: MoveTarget | undefined; waits: boolean },
  ): void {
    const { facts, requests, events } = one.decision;
    const next = decide(one.decision.run, event, {
      plan: one.plan,
      stages: context.stages,
      maxItems: context.maxItems,
      ...options,
    });
    if (options.target && next.run.plan === options.target.plan.hash) one.plan = options.target.plan;
    one.decision = {
      run: next.run,
      facts: [...facts, ...next.facts],
      requests: [...requests, ...next.requests],
      events: [...events, ...next.events],
    };
    one.woken ||= event.type === 'run.woken';
  }

  /** The record as it came, once, whatever is wrong with however many of its events. */
  function parked(record: Incoming, why: { failure: Failure; at: number }): Outgoing {
    const { maxRecordBytes: maxBytes } = context.broker;
    telemetry.meters.parked.add(1, { topic: topics.runs, code: why.failure.code });
    return { topic: topics.deadLetters, ...unreadable(record, { ...why, group: options.group, maxBytes }) };
  }

  function remember(partition: number, { before, plan, decision: { run }, woken }: Work): void {
    const due = wakeAtOf(run, plan);
    const wakeAt =
      woken || due === undefined || before?.wakeAt === undefined || due < before.wakeAt ? due : before.wakeAt;
    if (run.endedAt === undefined) cache.set(partition, { run, wakeAt });
    else cache.delete(partition, run.id);
    if (due !== undefined) context.wakeBy(due);
    // Somebody else's turn may have come.
    if (run.key !== undefined && run.endedAt !== undefined) context.wakeBy(context.now());
    if (!run.parent && run.status !== before?.run.status)
      context.runs.add(1, { pipeline: run.pipeline, status: run.status });
  }

  return {
    topic: topics.runs,
    group: options.group,
    maxBatch: options.maxBatch,
    linger: reader.linger,
    take,
    parking: runParking(context, options),
    passed: (at) => positions.pass(at),
    opened: async (at) => {
      cache.open(at.partition);
      const unpublished = await positions.open(at);
      if (unpublished) await tellAgain(context, unpublished.records);
      return unpublished;
    },
  };
}

/** A child run's id follows from its parent's: any other was made up. */
const isOwnChild = ({ run, parent }: RunEvent & { type: 'run.requested' }): boolean =>
  run === derivedId('run', parent.run, parent.step, String(parent.attempt));
