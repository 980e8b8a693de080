// Measures how long partitions stand when members of a group change, on a real Kafka: `node bench/members.mjs roll|scale|kill [session ms] [work ms]`.
// Three members share eight partitions, each with 20 records a second. KAFKA_BROKERS names the Kafka. Build first.
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaBroker, kafkaSettings } from '@millrace/broker-kafka';
import { mortalBroker } from '../dist/testing/mortal-broker.js';

const PARTITIONS = 8;
const DRAIN_MS = 20_000;
const change = process.argv[2] ?? 'roll';
const sessionTimeoutMs = Number(process.argv[3] ?? 6_000);
const workMs = Number(process.argv[4] ?? 20);
const run = `members-${Date.now()}`;
const [from, to] = [`${run}-from`, `${run}-to`];
const settings = { ...kafkaSettings(process.env), transactionalIdPrefix: run, sessionTimeoutMs };
const numbers = Array.from({ length: PARTITIONS }, (_, partition) => partition);

const broker = await kafkaBroker(settings);
await broker.ensureTopics([from, to].map((name) => ({ name, partitions: PARTITIONS })));
/** The times at which records of each partition were begun, and the number of times that each record was. */
const begun = numbers.map(() => []);
const calls = new Map();

async function join() {
  const member = { ...(await mortalBroker(settings)), dead: false };
  const source = { topic: from, group: run, concurrency: 64 };
  member.consumption = await member.broker.consume(source, async ({ partition, key, value }) => {
    if (!member.dead) {
      begun[partition].push(performance.now());
      calls.set(String(value), (calls.get(String(value)) ?? 0) + 1);
    }
    await sleep(workMs * (0.4 + Math.random() * 1.6));
    return [{ topic: to, partition, key, value }];
  });
  while (!member.consumption.ready) await sleep(10);
  return member;
}

const CHANGES = {
  async roll(members) {
    for (const old of [...members]) {
      await old.consumption.drain(DRAIN_MS);
      await sleep(500);
      await join();
      await sleep(1_500);
    }
  },
  async scale(members) {
    const more = await Promise.all([join(), join(), join()]);
    await sleep(4_000);
    for (const old of [...members, ...more].slice(1)) await old.consumption.drain(DRAIN_MS);
  },
  async kill([victim]) {
    victim.dead = true;
    victim.crash();
    await sleep(sessionTimeoutMs + 5_000);
  },
};

const members = [await join(), await join(), await join()];
const ended = [];
await broker.tail([to], 'start', ({ value }) => {
  const { at } = JSON.parse(String(value));
  ended.push({ at, ms: performance.now() - at });
});
let published = 0;
let loading = true;
const load = (async () => {
  for (; loading; await sleep(50)) {
    const record = (partition) => ({ n: published++, at: performance.now(), partition });
    await broker.publish(
      numbers.map((partition) => ({ topic: from, partition, key: null, value: JSON.stringify(record(partition)) })),
    );
  }
})();
await sleep(5_000);
const since = performance.now() - 500;
await CHANGES[change](members);
const until = performance.now();
await sleep(3_000);
loading = false;
await load;
while (ended.length < published) await sleep(50);

const during = ended.filter(({ at }) => at >= since && at <= until).map(({ ms }) => ms);
const share = (of) =>
  Math.round(during.sort((a, b) => a - b)[Math.min(during.length - 1, Math.floor(during.length * of))]);
const gaps = begun.map((times) => Math.round(Math.max(...times.slice(1).map((time, i) => time - times[i]))));
console.log({
  change,
  sessionTimeoutMs,
  records: published,
  begunAgain: [...calls.values()].filter((count) => count > 1).length,
  publishedToEndedMs: { p50: share(0.5), p95: share(0.95), longest: share(1) },
  longestWithoutABeginningMs: gaps.join(' '),
});
process.exit(0);
