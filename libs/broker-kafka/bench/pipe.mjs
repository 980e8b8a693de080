// Seven hops through the broker on a real Kafka: `node bench/pipe.mjs [records]`, or `node bench/pipe.mjs 60 idle` for the
// time of one record alone. KAFKA_BROKERS names the Kafka. Build first.
import { kafkaBroker, kafkaSettings } from '@millrace/broker-kafka';

const HOPS = 7;
const PARTITIONS = 4;
const count = Number(process.argv[2] ?? 20_000);
const idle = process.argv[3] === 'idle';
const run = `pipe-${Date.now()}`;
const topic = (hop) => `${run}-${hop}`;

await using broker = await kafkaBroker({
  ...kafkaSettings(process.env),
  transactionalIdPrefix: run,
  log: (level, message, fields) => level !== 'debug' && console.error(level, message, fields),
});
await broker.ensureTopics(Array.from({ length: HOPS + 1 }, (_, hop) => ({ name: topic(hop), partitions: PARTITIONS })));
const stages = [];
for (let hop = 0; hop < HOPS; hop++) {
  const next = topic(hop + 1);
  stages.push(
    await broker.consume(
      { topic: topic(hop), group: `${run}-g${hop}`, concurrency: 1_000 },
      async ({ key, value, headers }) => [{ topic: next, key, value, headers }],
    ),
  );
}
let arrived = 0;
let tell = () => undefined;
const times = [];
await broker.tail([topic(HOPS)], 'start', ({ headers }) => {
  times.push(performance.now() - Number(headers.at));
  arrived++;
  tell();
});
const until = (met) =>
  new Promise((resolve) => (tell = () => met() && resolve())).finally(() => (tell = () => undefined));
while (!stages.every((stage) => stage.ready)) await new Promise((resolve) => setTimeout(resolve, 20));

const value = 'x'.repeat(400);
const record = (i) => ({ topic: topic(0), key: `run${i}`, value, headers: { at: String(performance.now()) } });
if (idle) {
  for (let i = 0; i < count; i++) {
    const one = until(() => arrived > i);
    await broker.publish([record(i)]);
    await one;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ records: count, p50: times[count >> 1], p95: times[Math.floor(count * 0.95)] }));
} else {
  const [since, cpu] = [performance.now(), process.cpuUsage()];
  const all = until(() => arrived >= count);
  for (let i = 0; i < count; i += 500) await broker.publish(Array.from({ length: 500 }, (_, j) => record(i + j)));
  await all;
  const seconds = (performance.now() - since) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    JSON.stringify({
      records: count,
      seconds,
      perSecond: Math.round(count / seconds),
      cpuSeconds: (user + system) / 1e6,
    }),
  );
}
