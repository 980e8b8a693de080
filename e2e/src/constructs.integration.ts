import { pathToFileURL } from 'node:url';
import type { Incoming } from '@millrace/broker';
import { type RunEvent, type RunResult, runIdOf, type StepCommand } from '@millrace/contracts';
import { kafkaBroker } from '@millrace/broker-kafka';
import { HANDLER, isUndo } from '@millrace/pipeline/engine';
import { sumOfPowers, upTo } from './constructs/numbers.js';
import { bookings, families, orders, PAYMENTS, squares, ways } from './constructs/pipelines.js';
import { routes } from './constructs/routes-suite.js';
import { turns } from './constructs/turns-suite.js';
import { waiting } from './constructs/waiting-suite.js';
import { policies } from './constructs/waits.js';
import { type Installation, install } from './installation.js';
import { ROOT, until } from './processes.js';

const json = <T>(record: Incoming): T => JSON.parse(record.value?.toString() ?? 'null') as T;

const MAPS = { squares: 2_000, families: 150 };
const WAYS = 30;
const BOOKINGS = 20;
const POLICIES = 4;
const ALL = WAYS + BOOKINGS + POLICIES + 2;
/** Two of them fail for good. */
const ITEMS = upTo(40).map((n) => ({ n, trouble: n % 20 === 7 ? 'always' : n % 5 === 0 ? 'once' : 'none' }));
/** The steps that a run of bookings with two chairs undoes: its own, those of its items, and those of the sub-pipeline. */
const UNDOS = [
  'undo:room',
  'undo:chairs[0]',
  'undo:chairs[1]',
  'undo:chair',
  'undo:chair',
  'undo:place',
  'undo:desk',
  'undo:key',
];

let installation: Installation;
beforeAll(async () => {
  const PIPELINES = ['pipelines', 'waits']
    .map((name) => pathToFileURL(`${ROOT}e2e/dist/constructs/${name}.js`).href)
    .join();
  const others = { 'stages-1': 'e2e/dist/constructs/main.js', 'stages-2': 'e2e/dist/constructs/main.js' };
  const brokers = process.env['KAFKA_BROKERS']!.split(',');
  await using somebody = await kafkaBroker({ brokers, clientId: 'somebody', transactionalIdPrefix: 'somebody.' });
  await somebody.ensureTopics([PAYMENTS, `${PAYMENTS}.hasty`].map((name) => ({ name, partitions: 2 })));
  installation = await install({ stages: [], others, twice: ['coordinator'], env: { PIPELINES, LOG_LEVEL: 'error' } });
}, 240_000);
afterAll(() => installation[Symbol.asyncDispose](), 60_000);

test('maps, sub-pipelines, loops, switches, races and compensations come out right, each once, with coordinators and stages killed', async () => {
  const ask = (pipeline: string, key: string, input: unknown) => ({
    topic: installation.topics.intake,
    key: null,
    value: JSON.stringify(input),
    headers: { pipeline, 'idempotency-key': key },
  });
  await installation.broker.publish([
    ask(squares.name, 'squares', { numbers: upTo(MAPS.squares) }),
    ask(families.name, 'families', { numbers: upTo(MAPS.families) }),
    ...upTo(BOOKINGS).map((n) =>
      ask(bookings.name, `bookings${n}`, { chairs: ['a', 'b'], trouble: n % 2 === 0 ? 'always' : 'none' }),
    ),
    ...upTo(POLICIES).map((n) => ask(policies.name, `policies${n}`, { items: ITEMS })),
    ...upTo(WAYS).map((n) => ask(ways.name, `ways${n}`, { n, way: ['up', 'down', 'round'][n % 3] })),
  ]);
  const results = async () => (await installation.read(installation.topics.results)).map((one) => json<RunResult>(one));
  const events = async () =>
    (await installation.read(installation.topics.runs)).flatMap((one) => json<RunEvent[]>(one));
  // They are killed once there is something new to be lost.
  for (const names of [
    ['coordinator-1', 'stages-1'],
    ['coordinator-2'],
    ['stages-2'],
    ['coordinator-1', 'coordinator-2'],
  ]) {
    const before = (await events()).length;
    await until(`something happens before ${names.join()} are killed`, async () => {
      return (await events()).length > before + 50 || (await results()).length === ALL;
    });
    await Promise.all(names.map((name) => installation.services.get(name)!.kill9()));
  }
  await until('all runs end', async () => (await results()).length >= ALL, 240_000);

  const failing = new Set(upTo(BOOKINGS).flatMap((n) => (n % 2 === 0 ? [runIdOf(bookings.name, `bookings${n}`)] : [])));
  const outputs = new Map<string, unknown[]>();
  const mark = { step: 'call', by: 'fallback', code: 'LINE_DEAD', message: 'there is nobody' };
  for (const { run, pipeline, output, status, failure, degraded } of await results()) {
    if (pipeline === bookings.name) expect(degraded).toEqual([mark]);
    const fails = pipeline === bookings.name && failing.has(run);
    expect([status, failure?.code]).toEqual(fails ? ['failed', 'STAGE_THREW'] : ['completed', undefined]);
    outputs.set(pipeline, [...(outputs.get(pipeline) ?? []), output]);
  }
  expect(outputs.get(squares.name)).toEqual([{ count: MAPS.squares, total: sumOfPowers(MAPS.squares, 2) }]);
  expect(outputs.get(families.name)).toEqual([
    {
      fourth: { count: MAPS.families, total: sumOfPowers(MAPS.families, 4) },
      total: { count: MAPS.families, total: sumOfPowers(MAPS.families, 2) },
    },
  ]);
  const done = ITEMS.flatMap(({ n, trouble }) => (trouble === 'always' ? [] : [{ n, square: n * n }]));
  const each = ITEMS.map(({ n, trouble }) =>
    trouble === 'always'
      ? { failure: expect.objectContaining({ code: 'STAGE_THREW' }) as object }
      : { output: { n, square: n * n } },
  );
  const lists = { skip: done, collect: each, tolerate: done, percent: done, fail: [] };
  expect(outputs.get(policies.name)).toEqual(upTo(POLICIES).map(() => lists));
  const square = (n: number) => [65_536 ** 2, 0, 1][n % 3];
  const expected = upTo(WAYS).map((n) => ({ large: 65_536, way: square(n), first: n * n }));
  expect(outputs.get(ways.name)).toEqual(expect.arrayContaining(expected));
  expect(outputs.get(ways.name)).toHaveLength(WAYS);

  const requested = async () =>
    (await events()).flatMap((one) => (one.type === 'run.requested' && one.parent.step === HANDLER ? [one] : []));
  const handled = async () => {
    const handlers = new Set((await requested()).map(({ run }) => run));
    return (await events()).filter((one) => one.type === 'step.completed' && handlers.has(one.run));
  };
  await until('failures are handled', async () => (await handled()).length >= failing.size);
  expect(new Set((await requested()).map(({ parent }) => parent.run))).toEqual(failing);
  const happened = await events();
  const parents = new Map(happened.flatMap((one) => (one.type === 'run.requested' ? [[one.run, one.parent.run]] : [])));
  const rootOf = (run: string): string => (parents.has(run) ? rootOf(parents.get(run)!) : run);
  const undone = new Map<string, string[]>();
  for (const one of happened) {
    if (one.type !== 'step.completed' || !isUndo(one.step)) continue;
    undone.set(rootOf(one.run), [...(undone.get(rootOf(one.run)) ?? []), one.step]);
  }
  expect(new Set(undone.keys())).toEqual(failing);
  for (const steps of undone.values()) expect(steps.toSorted()).toEqual(UNDOS.toSorted());

  const stages = ['square', 'call'].map((stage) => installation.read(installation.topics.stage(stage)));
  const commands = (await Promise.all(stages)).flat().map((one) => json<StepCommand>(one));
  const sent = commands.map(({ run, step, attempt }) => `${run}/${step}/${attempt}`);
  expect(sent.filter((one, i) => sent.indexOf(one) !== i)).toEqual([]);
}, 570_000);

test('signals from a topic reach the run that waits for them, each once, with coordinators killed while they come', async () => {
  const COUNT = 60;
  const about = (n: number) => `${installation.prefix}${n}`;
  const before = (await installation.read(installation.topics.runs)).length;
  const ask = (n: number) => ({
    topic: installation.topics.intake,
    key: null,
    value: JSON.stringify({ order: about(n), n }),
    headers: { pipeline: orders.name, 'idempotency-key': `order${n}` },
  });
  const payment = (n: number) => ({
    topic: PAYMENTS,
    key: null,
    value: JSON.stringify({ order: about(n), amount: n }),
  });
  const half = upTo(COUNT).filter((n) => n % 2 === 0);
  const rest = upTo(COUNT).filter((n) => n % 2 === 1);
  // Half of the payments come before their runs.
  await installation.broker.publish([...half.map(payment), ...rest.map(ask)]);
  await until('runs begin', async () => (await installation.read(installation.topics.runs)).length > before);
  await installation.services.get('coordinator-1')!.kill9();
  await installation.broker.publish([...rest.map(payment), ...half.map(ask)]);
  const ended = async () =>
    (await installation.read(installation.topics.results))
      .map((one) => json<RunResult>(one))
      .filter(({ pipeline }) => pipeline === orders.name);
  await until('some end', async () => (await ended()).length > 3, 120_000);
  await installation.services.get('coordinator-2')!.kill9();
  await until('all orders are paid', async () => (await ended()).length >= COUNT, 240_000);

  const outputs = (await ended()).map(({ output }) => output as { amount: number });
  expect(outputs.sort((a, b) => a.amount - b.amount)).toEqual(
    upTo(COUNT).map((n) => ({ order: about(n), square: n * n, amount: n })),
  );
  const { rows } = await installation.database.query<{ left: number }>('select count(*)::int as left from signals');
  expect(rows).toEqual([{ left: 0 }]);
}, 570_000);

describe('what waits', () => waiting(() => installation));
describe('turns', () => turns(() => installation));
describe('versions', () => routes(() => installation));
