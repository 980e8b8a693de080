import { pathToFileURL } from 'node:url';
import type { RunEvent, RunResult } from '@millrace/contracts';
import { histories, repeated } from './histories.js';
import { type Installation, install } from './installation.js';
import { ROOT, Service, until } from './processes.js';

const RUNS = Number(process.env['E2E_RUNS'] ?? 300);

describe('a stage in an existing NestJS application, on Kafka and PostgreSQL', () => {
  let installation: Installation;
  let shop: Service;
  beforeAll(async () => {
    const PIPELINES = pathToFileURL(`${ROOT}examples/nestjs-app/dist/quotes.js`).href;
    installation = await install({ stages: [], env: { PIPELINES } });
    shop = await Service.start('shop', {
      file: 'examples/nestjs-app/dist/main.js',
      env: {
        KAFKA_BROKERS: process.env['KAFKA_BROKERS'],
        TOPIC_PREFIX: installation.prefix,
        LOG_LEVEL: 'warn',
        // The least that Kafka takes: one that was killed is not waited for any longer.
        KAFKA_SESSION_TIMEOUT_MS: '6000',
      },
    });
    await shop.ready();
  }, 240_000);
  afterAll(async () => {
    await shop[Symbol.asyncDispose]();
    await installation[Symbol.asyncDispose]();
  }, 60_000);

  const results = async () =>
    (await installation.read(installation.topics.results)).map(({ value }) => JSON.parse(String(value)) as RunResult);
  const answered = async () =>
    (await installation.read(installation.topics.runs))
      .flatMap(({ value }) => JSON.parse(String(value)) as RunEvent[])
      .flatMap((event) => (event.type === 'step.completed' ? [event.run] : []));
  const ask = (keys: readonly string[]) =>
    installation.broker.publish(
      keys.map((key) => ({
        topic: installation.topics.intake,
        key: null,
        value: JSON.stringify({ article: 'pen', pieces: 3 }),
        headers: { pipeline: 'quotes', 'idempotency-key': key },
      })),
    );

  test('its HTTP API answers while it does steps', async () => {
    await ask(['first']);
    const [result] = await until('the run ends', async () => {
      const all = await results();
      return all.length > 0 && all;
    });
    expect(result).toMatchObject({ status: 'completed', output: { cents: 360, attempt: 1 } });
    expect(await (await fetch(`${shop.url}/prices/pen`)).json()).toEqual({ cents: 120 });
  });

  test(`SIGTERM and kill -9 in the middle of ${RUNS} runs: every run completes, each step has one result`, async () => {
    await ask(Array.from({ length: RUNS }, (_, i) => `quote-${i}`));
    const partDone = (part: number) =>
      until(`${part} of the steps are done`, async () => (await answered()).length >= RUNS * part);
    await partDone(0.2);
    const { pid } = shop;
    process.kill(pid!, 'SIGTERM');
    await until('it has ended, and is started again', () => shop.pid !== pid);
    await partDone(0.5);
    await shop.kill9();
    await until('all runs end', async () => (await results()).length >= RUNS + 1, 300_000);

    const all = await results();
    expect(new Set(all.map(({ run }) => run)).size).toBe(all.length);
    expect(all.filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(repeated(await histories(installation.database))).toEqual([]);
    expect((await answered()).length).toBe(RUNS + 1);
  }, 600_000);
});
