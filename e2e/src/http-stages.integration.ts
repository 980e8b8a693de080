import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Incoming } from '@millrace/broker';
import type { RunResult } from '@millrace/contracts';
import { histories, repeated } from './histories.js';
import { type Installation, install } from './installation.js';
import { ROOT, Service, until } from './processes.js';

/** The number of runs under way while the bridge and the endpoint are killed. */
const RUNS = Number(process.env['E2E_RUNS'] ?? 1_000);
const KILLS = 3;

const PYTHON = process.env['PYTHON'] ?? 'python3';
const there = spawnSync(PYTHON, ['-c', 'import http.server']).status === 0;
// A machine that runs this by hand may lack Python; CI installs it.
const withPython = there ? describe : describe.skip;
const about = there ? '' : ' (skipped: there is no python3, and PYTHON names none)';

const json = <T>(record: Incoming): T => JSON.parse(record.value?.toString() ?? 'null') as T;

withPython(`HTTP endpoints in Python as stages, on Kafka and PostgreSQL${about}`, () => {
  const ENDPOINT_TOKEN = 'the token of the endpoint';
  const CALLBACK_KEY = 'a key of at least thirty-two characters';
  const opened = new AsyncDisposableStack();
  let installation: Installation;
  let bridge: Service;
  beforeAll(async () => {
    const PIPELINES = pathToFileURL(`${ROOT}e2e/dist/python/pipelines.js`).href;
    installation = opened.use(await install({ stages: [], env: { PIPELINES, CALLBACK_KEY } }));
    const file = 'examples/http-stage/endpoint.py';
    const endpoint = opened.use(await Service.start('endpoint', { program: PYTHON, file, env: { ENDPOINT_TOKEN } }));
    const folder = await mkdtemp(join(tmpdir(), 'millrace-http-stages-'));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const declared = await readFile(join(ROOT, 'examples/http-stage/http-stages.yaml'), 'utf8');
    await writeFile(join(folder, 'http-stages.yaml'), declared.replaceAll('http://127.0.0.1:9000', endpoint.url));
    bridge = opened.use(
      await Service.start('bridge', {
        file: 'services/bridge/dist/main.js',
        env: {
          KAFKA_BROKERS: process.env['KAFKA_BROKERS'],
          KAFKA_SESSION_TIMEOUT_MS: '6000',
          TOPIC_PREFIX: installation.prefix,
          LOG_LEVEL: 'warn',
          HTTP_STAGES: join(folder, 'http-stages.yaml'),
          HTTP_STAGE_HOSTS: new URL(endpoint.url).host,
          CALLBACK_URL: installation.gateway,
          CALLBACK_KEY,
          ENDPOINT_TOKEN,
        },
      }),
    );
    await bridge.ready(240_000);
  }, 300_000);
  afterAll(() => opened.disposeAsync(), 60_000);

  const results = async () => (await installation.read(installation.topics.results)).map((one) => json<RunResult>(one));

  test(`kill -9 of the bridge, ${KILLS} times under ${RUNS} runs: every run completes, each step has one result, also those that are called back`, async () => {
    await installation.broker.publish(
      Array.from({ length: RUNS }, (_, at) => ({
        topic: installation.topics.intake,
        key: null,
        value: JSON.stringify({ text: 'Thanks, that was great!' }),
        headers: { pipeline: 'reviews', 'idempotency-key': `http-${at}` },
      })),
    );
    for (let kill = 1; kill <= KILLS; kill++) {
      await until(`a part of the runs is done (${kill})`, async () => {
        return (await results()).length >= (RUNS * kill) / (KILLS + 1);
      });
      await bridge.kill9();
    }
    await until('all runs end', async () => (await results()).length >= RUNS, 300_000);
    const all = await results();
    expect(new Set(all.map(({ run }) => run)).size).toBe(all.length);
    const answer = { sentiment: 'positive', score: expect.closeTo(2 / 3) as number };
    expect(all.filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(all[0]!.output).toEqual({ soon: answer, late: answer });
    expect(repeated(await histories(installation.database))).toEqual([]);
  }, 600_000);

  test('no secret of the bridge is in a record or a history', async () => {
    const { topics } = installation;
    const stages = ['http-sentiment', 'http-sentiment-later'].map((name) => topics.stage(name));
    const read = await Promise.all([topics.runs, topics.plans, topics.contracts, ...stages].map(installation.read));
    const text = read.flat().map(({ value, headers }) => String(value) + JSON.stringify(headers));
    const facts = JSON.stringify([...(await histories(installation.database)).values()]);
    for (const secret of [ENDPOINT_TOKEN, CALLBACK_KEY]) expect(text.join() + facts).not.toContain(secret);
  });
});
