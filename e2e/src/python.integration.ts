import { execFile, type ExecFileException, spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Incoming } from '@millrace/broker';
import { AnnouncedContract, groupsOf, headerText, randomId, type RunEvent, type RunResult } from '@millrace/contracts';
import { histories, repeated } from './histories.js';
import { type Installation, install } from './installation.js';
import { ROOT, Service, until } from './processes.js';

/** The number of runs under way while the stage is killed. */
const RUNS = Number(process.env['E2E_RUNS'] ?? 1_000);
const KILLS = 3;

const PYTHON = process.env['PYTHON'] ?? 'python3';
const there = spawnSync(PYTHON, ['-c', 'import confluent_kafka, jsonschema']).status === 0;
// A machine that runs this by hand may lack Python; CI installs it.
const withPython = there ? describe : describe.skip;
const about = there
  ? ''
  : ` (skipped: set PYTHON to an interpreter with what examples/python-stage/requirements.txt lists)`;

const json = <T>(record: Incoming): T => JSON.parse(record.value?.toString() ?? 'null') as T;

withPython(`a stage in Python, on Kafka and PostgreSQL${about}`, () => {
  let installation: Installation;
  let stage: Service;
  beforeAll(async () => {
    const PIPELINES = pathToFileURL(`${ROOT}e2e/dist/python/pipelines.js`).href;
    installation = await install({ stages: [], env: { PIPELINES } });
    stage = await Service.start('sentiment', {
      program: PYTHON,
      file: 'examples/python-stage/sentiment.py',
      env: {
        KAFKA_BROKERS: process.env['KAFKA_BROKERS'],
        TOPIC_PREFIX: installation.prefix,
        INSTANCE: 'sentiment-0',
        STAGE_CONCURRENCY: '50',
      },
    });
  }, 240_000);
  afterAll(async () => {
    await stage[Symbol.asyncDispose]();
    await installation[Symbol.asyncDispose]();
  }, 60_000);

  const check = async (name: string, prefix: string) => {
    const args = ['services/millrace/bin/millrace.mjs', 'stage', 'check', name, '--prefix', prefix, '--output', 'json'];
    const env = { PATH: process.env['PATH'], KAFKA_BROKERS: process.env['KAFKA_BROKERS'] };
    return promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
  };

  test.each([
    ['in Python', 'sentiment', { program: PYTHON, file: 'examples/python-stage/sentiment.py' }],
    ['of ours', 'classify', { file: 'services/stages/classify/dist/main.js' }],
  ])('the conformance check finds nothing wrong with a stage %s', async (_, name, command) => {
    const prefix = `${randomId('check').slice(0, 12)}.`;
    const env = { KAFKA_BROKERS: process.env['KAFKA_BROKERS'], TOPIC_PREFIX: prefix, INSTANCE: name };
    const checking = check(name, prefix);
    const running = await Service.start(name, { ...command, env });
    try {
      const { stdout } = await checking;
      const findings = JSON.parse(stdout) as { state: string }[];
      expect(findings.filter(({ state }) => state !== 'kept')).toEqual([]);
      expect(findings.length).toBeGreaterThan(10);
    } finally {
      await running[Symbol.asyncDispose]();
    }
  });

  test('the conformance check refuses to write where a coordinator takes part', async () => {
    const refused = (await check('sentiment', installation.prefix).catch(
      (error: unknown) => error,
    )) as ExecFileException;
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('A coordinator takes part');
  });

  const ask = (keys: readonly string[], text: string) =>
    installation.broker.publish(
      keys.map((key) => ({
        topic: installation.topics.intake,
        key: null,
        value: JSON.stringify({ text }),
        headers: { pipeline: 'opinions', 'idempotency-key': key },
      })),
    );
  const results = async () => (await installation.read(installation.topics.results)).map((one) => json<RunResult>(one));
  const events = async () =>
    (await installation.read(installation.topics.runs)).flatMap((one) => json<RunEvent[]>(one));
  const upTo = (count: number, prefix: string) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

  test('its contract is announced, and the coordinator carries on what it does not hand off', async () => {
    await ask(['first'], 'Thanks, that was great!');
    const [result] = await until('the run ends', async () => {
      const now = await results();
      return now.length > 0 && now;
    });
    expect(result).toMatchObject({
      status: 'completed',
      output: { whole: { sentiment: 'positive' }, word: { sentiment: 'neutral', score: 0 } },
    });
    const announced = (await installation.read(installation.topics.contracts)).map(
      (one) => [one.key?.toString(), AnnouncedContract.safeParse(json(one)).success] as const,
    );
    expect(announced).toEqual([['sentiment', true]]);
    const completed = (await events()).filter((one) => one.type === 'step.completed');
    expect(completed.map(({ step }) => step)).toEqual(['whole', 'word']);
    expect(completed.map(({ trace }) => trace)).toEqual([
      expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
      expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    ]);
  });

  test(`kill -9 of the stage, ${KILLS} times under ${RUNS} runs: every run completes, each step has one result`, async () => {
    const before = (await results()).length;
    await ask(upTo(RUNS, 'kill-'), 'I lost my card, and I am angry.');
    const committed = async () => (await events()).filter((one) => one.type === 'step.completed').length;
    const from = await committed();
    for (let kill = 1; kill <= KILLS; kill++) {
      await until(`a part of the steps is done (${kill})`, async () => {
        return (await committed()) >= from + (2 * RUNS * kill) / (KILLS + 1);
      });
      await stage.kill9();
    }
    await until('all runs end', async () => (await results()).length >= before + RUNS, 300_000);

    const all = await results();
    expect(new Set(all.map(({ run }) => run)).size).toBe(all.length);
    expect(all.filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(repeated(await histories(installation.database))).toEqual([]);
    // Not one answer was committed twice: the coordinator had nothing to drop.
    const answers = (await events()).flatMap((one) =>
      one.type === 'step.completed' || one.type === 'step.failed' ? [`${one.run}/${one.step}/${one.attempt}`] : [],
    );
    expect(answers).toHaveLength(2 * (RUNS + 1));
    expect(new Set(answers).size).toBe(answers.length);
  }, 600_000);

  test('what it cannot read is a dead letter with the original bytes, which the API lists, and it goes on', async () => {
    const bad = [
      Buffer.from('{"run":'),
      Buffer.from('"text"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`{"run":"run_1","n":NaN}`),
      Buffer.from('{"run":"\\u0000"}'),
    ];
    const topic = installation.topics.stage('sentiment');
    await installation.broker.publish(bad.map((value) => ({ topic, key: null, value, headers: { mine: 'kept' } })));
    const letters = await until('all of them are dead letters', async () => {
      const found = await installation.read(installation.topics.deadLetters);
      return found.length >= bad.length && found;
    });
    expect(letters.map(({ value }) => value?.toString('base64')).sort()).toEqual(
      bad.map((value) => value.toString('base64')).sort(),
    );
    for (const { headers } of letters)
      expect([headerText(headers, 'mine'), headerText(headers, 'millrace-origin-topic')]).toEqual(['kept', topic]);
    const ids = letters.map(({ headers }) => headerText(headers, 'millrace-dead-letter'));
    const listed = await until('they are listed', async () => {
      const answer = await fetch(`${installation.gateway}/v1/dead-letters`);
      const { items } = (await answer.json()) as { items: { id: string }[] };
      return items.length >= bad.length && items;
    });
    expect(listed.map(({ id }) => id).sort()).toEqual(ids.sort());
    // Behind the offset that it has committed stand the markers of transactions alone.
    await until('nothing is left', async () => {
      const lag = await installation.broker.lag(groupsOf(installation.prefix).stage('sentiment'), topic);
      const left = lag.map(async ({ partition, committed }) =>
        installation.broker.browse({ topic, partition, offset: committed ?? 0, limit: 1 }),
      );
      return (await Promise.all(left)).flat().length === 0;
    });
  });
});
