import type { Batch, OrderedSource, Outgoing } from '@millrace/broker';
import { failure, type RunEvent, unreadable } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline';
import { decide, type Decision, evolve, type Run, wakeAtOf } from '@millrace/saga';
import { answerText } from './answer.js';
import { changeOf, deadLettersOf, redrivenOf } from './change.js';
import type { Context } from './context.js';
import { readEvents } from './events.js';
import { Positions } from './position.js';
import { endedSpans, answerTo } from './publishing.js';
import type { Cached } from './run-cache.js';

/** A run while a batch is applied to it. */
interface Work {
  readonly before: Cached;
  readonly plan: LoadedPlan;
  decision: Decision;
  woken: boolean;
}

/** Applies what happened to runs, in order, and publishes what that asks for. */
export function runsSource(context: Context, of: { group: string; maxBatch: number }): OrderedSource {
  const { topics, store, plans, cache, telemetry } = context;
  const positions = new Positions({ ...context, group: of.group });

  async function take(batch: Batch): Promise<readonly Outgoing[]> {
    const at = context.now();
    const { partition } = batch;
    const records: Outgoing[] = [];
    const events: RunEvent[] = [];
    for (const record of batch.records) {
      const reading = readEvents(record.value);
      events.push(...reading.events);
      if (!reading.failure) continue;
      const letter = unreadable(record, {
        group: of.group,
        failure: reading.failure,
        at,
        maxBytes: context.broker.maxRecordBytes,
      });
      records.push({ topic: topics.deadLetters, ...letter });
    }
    const work = await find(partition, events);
    for (const event of events) {
      const one = work.get(event.run);
      if (one) apply(one, event, at);
      else if (event.type !== 'step.progress') records.push(strayRecord(batch, event, at));
    }
    const changed = [...work.values()].filter((one) => one.decision.facts.length > 0 || one.woken);
    for (const one of changed) {
      const answer = answerTo(context, one.decision, { plan: one.plan });
      one.decision = answer.decision;
      records.push(...answer.records);
    }
    await store.writer.commit({
      topic: batch.topic,
      partition,
      expected: positions.expectedAt(partition),
      next: batch.next,
      changes: changed.map(({ before, decision, plan, woken }) => {
        const change = changeOf(before, decision, plan);
        return woken ? { ...change, row: true } : change;
      }),
      deadLetters: changed.flatMap(({ decision, plan }) => deadLettersOf(decision.run, decision.facts, plan)),
      redriven: changed.flatMap(({ decision }) => redrivenOf(decision.facts)),
      answer: answerText(records),
    });
    positions.moved(partition, batch.next);
    for (const one of work.values()) remember(partition, one);
    return records;
  }

  /** The runs that the events are about, from memory or from the store. */
  async function find(partition: number, events: readonly RunEvent[]): Promise<Map<string, Work>> {
    const work = new Map<string, Work>();
    const begin = async (before: Cached) => {
      const plan = await plans.get(before.run.plan);
      work.set(before.run.id, { before, plan, decision: { run: before.run, facts: [], requests: [] }, woken: false });
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
    return work;
  }

  function apply(one: Work, event: RunEvent, at: number): void {
    const { facts, requests } = one.decision;
    const next = decide(one.decision.run, event, { plan: one.plan, at });
    one.decision = { run: next.run, facts: [...facts, ...next.facts], requests: [...requests, ...next.requests] };
    one.woken ||= event.type === 'run.woken';
  }

  function strayRecord(batch: Batch, event: RunEvent, at: number): Outgoing {
    const stray = failure('UNKNOWN_RUN', 'The event is about a run that was never accepted here.');
    const { topic, partition, next } = batch;
    const value = Buffer.from(JSON.stringify([event]));
    const record = {
      topic,
      partition,
      offset: next - 1,
      timestamp: at,
      key: Buffer.from(event.run),
      value,
      headers: {},
    };
    return {
      topic: topics.deadLetters,
      ...unreadable(record, { group: of.group, failure: stray, at, maxBytes: context.broker.maxRecordBytes }),
    };
  }

  function remember(partition: number, { before, plan, decision: { run, facts }, woken }: Work): void {
    const due = wakeAtOf(run, plan);
    const wakeAt =
      woken || due === undefined || before.wakeAt === undefined || due < before.wakeAt ? due : before.wakeAt;
    if (run.endedAt === undefined) cache.set(partition, { run, wakeAt });
    else cache.delete(partition, run.id);
    if (due !== undefined) context.wakeBy(due);
    if (run.status !== before.run.status) context.runs.add(1, { pipeline: run.pipeline, status: run.status });
    if (facts.length > 0) endedSpans(telemetry, run, { facts, waitingSince: sinceOf(before.run, facts) });
  }

  return {
    topic: topics.runs,
    group: of.group,
    maxBatch: of.maxBatch,
    take,
    opened: (at) => {
      cache.open(at.partition);
      return positions.open(at);
    },
  };
}

/** When a step that these facts ended began to wait: earlier than the batch, or within it. */
const sinceOf = (before: Run, facts: readonly { type: string; at: number; step?: string }[]) => (step: string) =>
  facts.find((fact) => fact.type === 'step.waiting' && fact.step === step)?.at ??
  before.steps.get(step)?.since ??
  before.acceptedAt;
