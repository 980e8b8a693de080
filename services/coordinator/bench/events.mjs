// What the coordinator's two loops manage by themselves, on a real PostgreSQL and without a broker: runs taken on, and
// events applied, a second. `node bench/events.mjs [runs]`; DATABASE_URL names an empty database. Build first.
import { pack, partitionFor } from '@millrace/broker';
import { acceptedTraceparent, topicsOf } from '@millrace/contracts';
import { defineStage, pipeline } from '@millrace/pipeline';
import { openStore } from '@millrace/store';
import { telemetry } from '@millrace/telemetry';
import { z } from 'zod';
import { intakeSource } from '../dist/sources/intake.js';
import { CoordinatorPlans } from '../dist/deployments/plans.js';
import { RunCache } from '../dist/sources/run-cache.js';
import { runsSource } from '../dist/sources/runs.js';

const RUNS = Number(process.argv[2] ?? 20_000);
const STEPS = 7;
const PARTITIONS = 4;
/** The sizes of a stage's commit under load, and of the coordinator's batch. */
const EVENTS_A_RECORD = 25;
const RECORDS_A_BATCH = 80;
const TEXT = 'x'.repeat(400);

const Payload = z.object({ text: z.string() });
const stages = Array.from({ length: STEPS }, (_, n) =>
  defineStage({ name: `no-op-${n + 1}`, input: Payload, output: Payload }),
);
const { loaded: plan } = pipeline({ name: 'events', input: Payload }, ({ input, step }) =>
  stages.reduce((before, stage, n) => step(`step${n + 1}`, stage, { text: before.text }), input),
);

const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
const topics = topicsOf(`bench-${process.pid}.`);
const told = telemetry({ service: 'bench', logTo: { write: () => undefined } });
await using store = await openStore({ databaseUrl: process.env.DATABASE_URL, dataDir: '.' });
const plans = new CoordinatorPlans(store, console);
await store.deployments.apply({ id: 'bench', at: Date.now(), pipeline: 'events', stages: [] }, () => ({
  outcome: { status: 'applied', pipeline: 'events', unchanged: false },
  route: { current: plan.hash },
  version: { version: 1, plan: plan.hash, deployedAt: Date.now(), content: plan.plan },
}));
const context = {
  broker: { kind: 'kafka', maxRecordBytes: 1_000_000, lag: async () => [] },
  topics,
  store,
  telemetry: told,
  plans,
  cache: new RunCache(Infinity),
  partitions: PARTITIONS,
  runs: told.meters.runs,
  wakeBy: () => undefined,
  now: Date.now,
};
const intake = intakeSource(context, { group: 'intake', maxBatch: 500, keyIsIdempotent: false });
const runs = runsSource(context, { group: 'runs', maxBatch: 200 });
for (const partition of partitions)
  for (const { topic, opened } of [runs, intake]) await opened({ topic, partition, committed: null });

/** Hands each partition's records to a source, batch after batch, all partitions side by side. What they answer. */
async function taken({ topic, take }, { records, batch }) {
  const answers = partitions.map(async (partition) => {
    const all = records[partition].map((record, offset) => ({ ...record, topic, partition, offset, timestamp: 1 }));
    const answered = [];
    for (let i = 0; i < all.length; i += batch) {
      const part = all.slice(i, i + batch);
      answered.push(...(await take({ topic, partition, records: part, next: i + part.length })));
    }
    return answered;
  });
  return (await Promise.all(answers)).flat();
}

async function timed(what, count, work) {
  const [since, cpu] = [performance.now(), process.cpuUsage()];
  const answers = await work();
  const [ms, { user, system }] = [performance.now() - since, process.cpuUsage(cpu)];
  const micros = ((user + system) / count).toFixed(0);
  console.log(
    `${Math.round((count / ms) * 1_000).toLocaleString('en')} ${what} a second, ${micros} µs of this process each`,
  );
  return answers;
}

const asked = partitions.map(() =>
  Array.from({ length: RUNS / PARTITIONS }, () => ({
    key: null,
    value: Buffer.from(JSON.stringify({ text: TEXT })),
    headers: { pipeline: 'events' },
  })),
);
const commands = await timed('runs taken on', RUNS, () => taken(intake, { records: asked, batch: 500 }));

const at = Date.now();
const event = (run, n) => {
  const next = n < STEPS ? `,"next":["step${n + 1}"]` : '';
  const head = `{"type":"step.completed","run":"${run}","step":"step${n}","attempt":1,"at":${at},"startedAt":${at}`;
  const value = `${head},"trace":"${acceptedTraceparent(run)}","output":{"text":"${TEXT}"}${next}}`;
  return { topic: topics.runs, key: run, value, packed: true };
};
const records = partitions.map(() => []);
for (const partition of partitions) {
  const own = commands.map(({ key }) => key).filter((run) => partitionFor(run, PARTITIONS) === partition);
  for (let n = 1; n <= STEPS; n++) {
    for (let i = 0; i < own.length; i += EVENTS_A_RECORD) {
      const packed = pack(
        own.slice(i, i + EVENTS_A_RECORD).map((run) => event(run, n)),
        () => PARTITIONS,
      );
      records[partition].push(...packed.map((one) => ({ key: null, value: Buffer.from(one.value), headers: {} })));
    }
  }
}
const results = await timed('events applied', RUNS * STEPS, () => taken(runs, { records, batch: RECORDS_A_BATCH }));
if (results.length !== RUNS) throw new Error(`${results.length} results of ${RUNS} runs`);
