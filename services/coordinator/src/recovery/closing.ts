import { partitionFor } from '@millrace/broker';
import { type Fact, isOver, type MissingRun, readJson, RECORD_DEPTH, RunResult } from '@millrace/contracts';
import { evolve, holdChangesOf, slotChangesOf } from '@millrace/saga';
import { changeOf, closedOf } from '../answers/change.js';
import type { CoordinatorContext } from '../context.js';
import { pagesSince } from './scan.js';

type Needs = Pick<CoordinatorContext, 'broker' | 'topics' | 'store' | 'plans'> & { readonly group: string };

/** The reason that is given for a cancelled run where only the cancellation is known. */
const BY = { by: 'millrace', reason: 'Its end stands on results; what came before it is gone.' } as const;

/**
 * Ends the runs whose end stands on `results` and which the store still has under way, because part of what happened to them
 * is gone: with the result that everybody has heard of. Returns those runs.
 */
export async function closeByResults(needs: Needs, since: number): Promise<readonly MissingRun[]> {
  const { broker, topics, group, store } = needs;
  const closed: MissingRun[] = [];
  for await (const page of pagesSince(broker, { topic: topics.results, group, since })) {
    const results = page.flatMap(({ value }) => {
      const { data } = RunResult.safeParse(readJson(value ?? '', { maxDepth: RECORD_DEPTH }).value);
      return data ? [data] : [];
    });
    const open = new Set(await store.recoveries.open(results.map(({ run }) => run)));
    for (const result of results.filter(({ run }) => open.has(run)))
      if (await close(needs, result))
        closed.push({ run: result.run, gone: 'events', status: result.status, result: true });
  }
  return closed;
}

async function close({ broker, store, topics, plans }: Needs, result: RunResult): Promise<boolean> {
  const facts = (await store.writer.load([result.run])).get(result.run);
  if (!facts) return false;
  const before = evolve(undefined, result.run, facts);
  if (isOver(before.status)) return false;
  const plan = await plans.get(before.plan);
  const end = endOf(result);
  const decision = { run: evolve(before, before.id, [end]), facts: [end] };
  const partition = partitionFor(before.id, await broker.partitionsOf(topics.runs));
  const at = await store.writer.position(topics.runs, partition);
  await store.writer.commit({
    topic: topics.runs,
    partition,
    // The partition stays where it is, and is still ours.
    expected: at?.next ?? null,
    next: at?.next ?? 0,
    answer: at?.answer ?? Buffer.from('[]'),
    changes: [{ ...changeOf({ run: before, wakeAt: undefined }, decision, plan), row: true }],
    deadLetters: [],
    redriven: [],
    closed: closedOf(before, decision),
    slots: slotChangesOf([{ decision, plan }], end.at),
    holds: holdChangesOf([{ decision }], end.at),
  });
  return true;
}

function endOf({ status, output, failure, endedAt: at }: RunResult): Fact {
  if (status === 'completed') return { type: 'run.completed', at, output: output ?? null };
  if (status === 'failed' && failure) return { type: 'run.failed', at, failure };
  return { type: 'run.cancelled', at, ...BY };
}
