import { pathToFileURL } from 'node:url';
import type { Incoming } from '@millrace/broker';
import { type RunEvent, type RunResult, type StepCommand } from '@millrace/contracts';
import { families, squares, ways } from './constructs/pipelines.js';
import { type Installation, install } from './installation.js';
import { ROOT, until } from './processes.js';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const sumOfPowers = (count: number, power: number) => upTo(count).reduce((sum, n) => sum + n ** power, 0);
const json = <T>(record: Incoming): T => JSON.parse(record.value?.toString() ?? 'null') as T;

const MAPS = { squares: 2_000, families: 150 };
const WAYS = 30;

let house: Installation;
beforeAll(async () => {
  const PIPELINES = pathToFileURL(`${ROOT}e2e/dist/constructs/pipelines.js`).href;
  const others = { 'stages-1': 'e2e/dist/constructs/main.js', 'stages-2': 'e2e/dist/constructs/main.js' };
  house = await install({ stages: [], others, twice: ['coordinator'], env: { PIPELINES, LOG_LEVEL: 'error' } });
}, 240_000);
afterAll(() => house[Symbol.asyncDispose](), 60_000);

test('maps, sub-pipelines, loops, switches and races come out right, each once, with coordinators and stages killed', async () => {
  const ask = (pipeline: string, key: string, input: unknown) => ({
    topic: house.topics.intake,
    key: null,
    value: JSON.stringify(input),
    headers: { pipeline, 'idempotency-key': key },
  });
  await house.broker.publish([
    ask(squares.name, 'squares', { numbers: upTo(MAPS.squares) }),
    ask(families.name, 'families', { numbers: upTo(MAPS.families) }),
    ...upTo(WAYS).map((n) => ask(ways.name, `ways${n}`, { n, way: ['up', 'down', 'round'][n % 3] })),
  ]);
  const results = async () => (await house.read(house.topics.results)).map((one) => json<RunResult>(one));
  const events = async () => (await house.read(house.topics.runs)).flatMap((one) => json<RunEvent[]>(one));
  // Each is killed once there is something new to be lost.
  for (const name of ['coordinator-1', 'stages-1', 'coordinator-2', 'stages-2', 'coordinator-1', 'coordinator-2']) {
    const before = (await events()).length;
    await until(`something happens before ${name} is killed`, async () => {
      return (await events()).length > before + 50 || (await results()).length === WAYS + 2;
    });
    await house.services.get(name)!.kill9();
  }
  await until('all runs end', async () => (await results()).length >= WAYS + 2, 240_000);

  const outputs = new Map<string, unknown[]>();
  for (const { pipeline, output, status } of await results()) {
    expect(status).toBe('completed');
    outputs.set(pipeline, [...(outputs.get(pipeline) ?? []), output]);
  }
  expect(outputs.get(squares.name)).toEqual([{ count: MAPS.squares, total: sumOfPowers(MAPS.squares, 2) }]);
  expect(outputs.get(families.name)).toEqual([
    {
      fourth: { count: MAPS.families, total: sumOfPowers(MAPS.families, 4) },
      total: { count: MAPS.families, total: sumOfPowers(MAPS.families, 2) },
    },
  ]);
  const square = (n: number) => [65_536 ** 2, 0, 1][n % 3];
  const expected = upTo(WAYS).map((n) => ({ large: 65_536, way: square(n), first: n * n }));
  expect(outputs.get(ways.name)).toEqual(expect.arrayContaining(expected));
  expect(outputs.get(ways.name)).toHaveLength(WAYS);

  const commands = (await house.read(house.topics.stage('square'))).map((one) => json<StepCommand>(one));
  const sent = commands.map(({ run, step, attempt }) => `${run}/${step}/${attempt}`);
  expect(sent.filter((one, i) => sent.indexOf(one) !== i)).toEqual([]);
}, 570_000);
