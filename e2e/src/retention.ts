import { setTimeout as sleep } from 'node:timers/promises';
import { randomId } from '@millrace/contracts';
import { RetentionLoop, RetentionRules } from '@millrace/coordinator';
import { openStore, readRunFilter, type Store } from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import { withFilledDatabase } from './filled-database.js';

/** Runs that are removed, and that come in, each second. */
const REMOVED_PER_SECOND = 500;
const CREATED_PER_SECOND = 200;
/** New runs are written this often. */
const EVERY_MS = 100;

/** Fills a database with old runs, and prints what lists cost before and while they are removed and new ones come in. */
export async function retention({ runs, seconds }: { readonly runs: number; readonly seconds: number }): Promise<void> {
  await withFilledDatabase({ name: 'retention', runs }, async ({ url }) => {
    await using store = await openStore({ databaseUrl: url, dataDir: '' });
    await measured(store, seconds);
  });
}

async function measured(store: Store, seconds: number): Promise<void> {
  const rules = RetentionRules.read('30d');
  if (!rules) throw new Error('The rules of retention were not read.');
  const alone = await whileWriting(store, seconds);
  const { log } = telemetry({ service: 'retention', logTo: { write: (line) => process.stderr.write(line) } });
  let removed = 0;
  const counted = new Proxy(store.retention, {
    get(target, field: keyof Store['retention']) {
      if (field !== 'remove') return target[field].bind(target);
      return async (ids: readonly string[]) => {
        const gone = await target.remove(ids);
        removed += gone;
        return gone;
      };
    },
  });
  const needs = { store: { retention: counted }, telemetry: { log }, now: Date.now };
  const loop = new RetentionLoop({ ...needs, rules, perSecond: REMOVED_PER_SECOND });
  const round = loop.round();
  const since = performance.now();
  const during = await whileWriting(store, seconds);
  const rate = (1_000 * removed) / (performance.now() - since);
  await loop.stop();
  await round;
  process.stdout.write(
    `| | runs removed/s | runs created/s | list p50 ms | p95 | max |\n| --- | --- | --- | --- | --- | --- |\n` +
      `${row('without', 0, alone)}${row('with removal', rate, during)}`,
  );
}

interface Measured {
  readonly created: number;
  readonly took: readonly number[];
}

const row = (what: string, removed: number, { created, took }: Measured): string => {
  const at = (share: number) => (took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0).toFixed(1);
  return `| ${what} | ${removed.toFixed(0)} | ${created.toFixed(0)} | ${at(0.5)} | ${at(0.95)} | ${at(1)} |\n`;
};

/** Reads lists one after the other while new runs are written, and returns the times in order. */
async function whileWriting(store: Store, seconds: number): Promise<Measured> {
  const end = performance.now() + seconds * 1_000;
  const since = performance.now();
  let created = 0;
  const writing = (async () => {
    for (let topic = 0; performance.now() < end; topic++) {
      const due = Math.floor(((performance.now() - since) / 1_000) * CREATED_PER_SECOND) - created;
      if (due > 0) await write(store, due, topic);
      created += Math.max(0, due);
      await sleep(EVERY_MS);
    }
  })();
  const lists = [
    () => store.reader.runs({ limit: 50 }),
    () => store.reader.runs({ limit: 50, pipeline: 'support-email', status: 'completed' }),
    () => store.reader.runs({ limit: 50, where: readRunFilter('attributes.customer == "customer-7"', Date.now()) }),
    () => store.reader.deadLetters({ limit: 50, status: 'open' }),
  ];
  const took: number[] = [];
  for (let i = 0; performance.now() < end; i++) {
    const begun = performance.now();
    await lists[i % lists.length]?.();
    took.push(performance.now() - begun);
    await sleep(20);
  }
  await writing;
  return { created: (1_000 * created) / (performance.now() - since), took: took.toSorted((a, b) => a - b) };
}

async function write(store: Store, count: number, next: number): Promise<void> {
  const at = Date.now();
  const summaries = Array.from({ length: count }, () => ({
    ...{ id: randomId('run'), pipeline: 'support-email', plan: 'support-email-20', status: 'running', acceptedAt: at },
    ...{ endedAt: undefined, parent: undefined, wakeAt: undefined },
  })) as Parameters<Store['writer']['create']>[0];
  await store.writer.create(summaries, () => ({
    ...{ topic: randomId('topic'), partition: 0, expected: null, next: next + 1 },
    changes: summaries.map((summary) => ({
      ...{ summary, created: false, row: false, fromSeq: 1, wakeAt: undefined, waits: [], waited: [] },
      facts: [{ type: 'run.accepted', at, pipeline: summary.pipeline, plan: summary.plan, input: {}, source: 'x/0/0' }],
    })),
    ...{ deadLetters: [], redriven: [], answer: Buffer.from('[]') },
  }));
}
