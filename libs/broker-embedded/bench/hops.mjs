// How long records take through nine hops, each a commit of its own: one record at a time, then many.
//   node scripts/node.mjs libs/broker-embedded/bench/hops.mjs [directory]        (build first)
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { embeddedBroker } from '../dist/index.js';

const HOPS = 9;
const ALONE = 1000;
const MANY = 20_000;

async function measure(fsync) {
  const dir = fs.mkdtempSync(path.join(process.argv[2] ?? os.tmpdir(), 'millrace-bench-'));
  const broker = await embeddedBroker({ dir, fsync });
  const topics = Array.from({ length: HOPS + 1 }, (_, n) => `hop-${n}`);
  await broker.ensureTopics(topics.map((name) => ({ name, partitions: 6 })));
  const headers = { ce_type: 'millrace.step.requested', ce_id: 'run_01.step.1', traceparent: '00-1-2-01' };
  for (let hop = 0; hop < HOPS; hop++) {
    await broker.consume({ topic: topics[hop], group: 'bench', concurrency: 512 }, async ({ key, value }) => [
      { topic: topics[hop + 1], key, value, headers },
    ]);
  }
  let ends = 0;
  let arrived = () => {};
  await broker.tail([topics[HOPS]], 'end', () => {
    ends++;
    arrived();
  });
  const record = (n) => ({ topic: topics[0], key: `run-${n}`, value: 'x'.repeat(300), headers });

  const times = [];
  for (let n = 0; n < ALONE; n++) {
    const start = performance.now();
    const done = new Promise((resolve) => (arrived = resolve));
    void broker.publish([record(n)]);
    await done;
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);

  const before = ends;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const done = new Promise((resolve) => (arrived = () => ends - before >= MANY && resolve()));
  for (let n = 0; n < MANY; n += 100) await broker.publish(Array.from({ length: 100 }, (_, i) => record(n + i)));
  await done;
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);

  const at = (part) => times[Math.floor(times.length * part)].toFixed(2);
  console.log(
    `fsync ${fsync}: one record at a time through ${HOPS} hops p50 ${at(0.5)} ms, p95 ${at(0.95)} ms;`,
    `${MANY} records: ${Math.round((MANY * HOPS) / seconds)} hop-records/s, ${((user + system) / MANY / HOPS).toFixed(1)} µs CPU each`,
  );
  await broker[Symbol.asyncDispose]();
  fs.rmSync(dir, { recursive: true });
}

await measure(true);
await measure(false);
