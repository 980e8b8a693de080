import type { Incoming } from '@millrace/broker';
import { deadLetterIdFor, type GatheredRecords, present } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import type { Runtime } from '@millrace/runtime';
import type { CoordinatorContext } from '../context.js';
import { signalSource } from '../sources/signals.js';
import { sourcesByTopic } from '../triggers/triggers.js';
import type { Evidence } from './evidence.js';
import type { Needs } from './needs.js';
import type { Clock } from './replay.js';
import { pagesOf, rangesSince } from './scan.js';

interface Again {
  readonly groups: Runtime['groups'];
  readonly clock: Clock;
  readonly evidence: Evidence;
  /** In milliseconds since the epoch. */
  readonly since: number;
}

/**
 * Takes the records of signal topics again that were taken after what the store knows, up to where their groups stand. A record that
 * became a dead letter stays one. Interrupted, it goes on where it was: each batch moves the store on.
 */
export async function takeSignalsAgain(
  context: CoordinatorContext,
  { groups, clock, evidence, since }: Again,
): Promise<void> {
  const { broker, plans, store } = context;
  await plans.refresh();
  for (const [topic, sources] of sourcesByTopic(await plans.inUse())) {
    const group = groups.signals(topic);
    const { take } = signalSource(context, { topic, group, maxBatch: Infinity, sources, opened: undefined });
    for (const { partition, from, committed } of await rangesSince(broker, { topic, group, since })) {
      const known = (await store.writer.position(group, partition))?.next ?? 0;
      const span = { topic, partition, from: Math.max(from, known), until: committed ?? 0 };
      for await (const page of pagesOf(broker, span)) {
        const records = page.filter((record) => !isDeadLetter(record, evidence));
        const last = present(page.at(-1), 'record of the page');
        clock.set(last.timestamp);
        const next = last.offset + 1;
        // What it answers are dead letters, and those were published with the group's offset.
        await take({ topic, partition, records, next, signal: new AbortController().signal });
      }
    }
  }
}

const isDeadLetter = (record: Incoming, { said }: Evidence): boolean => said.has(deadLetterIdFor(record));

/** Returns the records that triggers took after what the store knows, of triggers that gather: which of them are part of a run nobody can tell. */
export async function gatheredSince(
  { runtime, options }: Needs,
  plans: readonly LoadedPlan[],
  since: number,
): Promise<GatheredRecords[]> {
  const { broker, groups } = runtime;
  const triggers = new Map<string, { pipeline: string; name: string; topic: string }>();
  for (const { plan, starts } of plans)
    for (const { name, topic, gather } of starts.triggers)
      if (gather) triggers.set(`${plan.pipeline}/${name}/${topic}`, { pipeline: plan.pipeline, name, topic });
  const found: GatheredRecords[] = [];
  for (const { pipeline, name, topic } of triggers.values()) {
    const group = groups.trigger(pipeline, name);
    for (const { partition, from, committed } of await rangesSince(broker, { topic, group, since })) {
      const known = (await options.store.writer.position(group, partition))?.next ?? 0;
      const span = { topic, partition, from: Math.max(from, known), until: committed ?? 0 };
      const first = await pagesOf(broker, span).next();
      if (!first.done) found.push({ trigger: `${pipeline}/${name}`, ...span });
    }
  }
  return found;
}
