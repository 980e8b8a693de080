import { readFile } from 'node:fs/promises';
import type { BenchOutcome } from '../outcome.js';
import { type Cost, costsOf, type Each, each, type Measurement, microsecondsOf, type Shape } from './costs.js';
import { needsOf } from './needs.js';
import { evenProcesses, rateOf } from './rate.js';
import { costsFrom, isCalibrating, readingsOf, totalOf } from './readings.js';
import { simulate } from './simulate.js';

const cost = (perRun: number, more: Partial<Cost> = {}): Cost => ({
  ...{ perRun, perRootPartition: 0, perByte: 0, perProcess: 0 },
  ...more,
});
const COSTS: Each<Cost> = {
  coordinator: cost(400, { perRootPartition: 40, perByte: 0.002, perProcess: 2e5 }),
  stages: cost(350, { perRootPartition: 45, perByte: 0.004, perProcess: 6e5 }),
  kafka: cost(90, { perRootPartition: 190, perByte: 0.003 }),
  postgres: cost(100, { perRootPartition: 20, perByte: 0.001 }),
  client: cost(50, { perRootPartition: 5, perByte: 0.001 }),
};
const SHAPE = { partitions: 4, processes: 1, payloadBytes: 400, cores: 2 } as const;
const APART = { coordinator: 1, stages: 1, kafka: 2, postgres: 2, client: 1 };
const SIMULATED = { ...SHAPE, steps: 7, runs: 300, commitUs: 2_000 };

test.each([
  { ...SIMULATED, partitions: 1 },
  { ...SIMULATED, processes: 3 },
  { ...SIMULATED, cores: APART, arrivals: 400 },
  { ...SIMULATED, runs: 7, steps: 1 },
])('every simulated run ends, and uses the processor time that the costs say: %j', (options) => {
  const { completed, microseconds } = simulate(COSTS, options);
  expect(completed).toBe(options.runs);
  const expected = microsecondsOf(COSTS, { ...options, runs: Infinity });
  expect(totalOf(microseconds)).toBeCloseTo(totalOf(expected), 3);
});

test('a run alone takes the time of its work and of its commits', () => {
  const { p50Ms } = simulate(COSTS, { ...SIMULATED, runs: 1 });
  const { client, coordinator, stages, kafka, postgres } = microsecondsOf(COSTS, SHAPE);
  // Six of the seven events of stages are handled beside the run's way: those that only tell wait for the last one or go first.
  const most = client + coordinator + postgres + stages + kafka + 9 * SIMULATED.commitUs;
  const least = client + coordinator / 8 + stages + 9 * SIMULATED.commitUs;
  expect(p50Ms * 1_000).toBeGreaterThan(least);
  expect(p50Ms * 1_000).toBeLessThanOrEqual(most + 1);
});

test('many runs at once come near the rate of the closed form, and never above it', () => {
  const many = { ...SIMULATED, runs: 1_500 };
  const { runsPerSecond } = rateOf(COSTS, SHAPE);
  const simulated = simulate(COSTS, many).runsPerSecond;
  expect(simulated).toBeLessThanOrEqual(runsPerSecond);
  expect(simulated).toBeGreaterThan(runsPerSecond * 0.95);
});

test('below saturation, as many runs end as are asked for', () => {
  const arrivals = rateOf(COSTS, SHAPE).runsPerSecond / 2;
  const { runsPerSecond } = simulate(COSTS, { ...SIMULATED, runs: 1_000, arrivals });
  expect(runsPerSecond / arrivals).toBeCloseTo(1, 1);
});

test('more cores and more processes never make the rate lower, and a process more than there are partitions does nothing', () => {
  const rate = (over: Partial<Shape>) => rateOf(COSTS, { ...SHAPE, cores: APART, ...over }).runsPerSecond;
  let before = 0;
  for (const processes of [1, 2, 3, 4, 5, 8]) {
    const now = rate({ processes, cores: each(() => 64) });
    expect(now).toBeGreaterThanOrEqual(before);
    before = now;
  }
  expect(rate({ processes: 8, cores: each(() => 64) })).toBe(rate({ processes: 4, cores: each(() => 64) }));
  expect([1, 2, 3, 4, 9].map((processes) => evenProcesses({ partitions: 4, processes }))).toEqual([1, 2, 2, 4, 4]);
  expect(rate({ cores: 4 })).toBeGreaterThan(rate({ cores: 2 }));
  expect(rate({ payloadBytes: 10_000 })).toBeLessThan(rate({}));
});

test('the resource without time left is named', () => {
  expect(rateOf(COSTS, SHAPE).bottleneck).toBe('shared cores');
  expect(rateOf(COSTS, { ...SHAPE, cores: { ...APART, postgres: 0.01 } }).bottleneck).toBe('cores of postgres');
  expect(rateOf(COSTS, { ...SHAPE, cores: each(() => 64) }).bottleneck).toBe('processes of coordinator');
});

test('costs are found again in measurements that were made from them', () => {
  const measured = (over: Partial<Shape>): Measurement => {
    const shape = { ...SHAPE, runs: 4_000, ...over };
    return { shape, microseconds: microsecondsOf(COSTS, shape) };
  };
  const found = costsOf({
    few: measured({ partitions: 1 }),
    many: measured({ partitions: 16 }),
    more: measured({ processes: 2 }),
    long: measured({ payloadBytes: 200_000, runs: 500 }),
  });
  for (const [program, expected] of Object.entries(COSTS))
    for (const [name, value] of Object.entries(expected))
      expect(found[program as keyof typeof COSTS][name as keyof Cost]).toBeCloseTo(value as number, 6);
});

test('ten times the runs need ten times the cores, commits and bytes, and no less of anything', () => {
  const volume = { commits: 0.1, walBytes: 10_000, kafkaBytes: 15_000 };
  const needs = (runsPerSecond: number, payloadBytes = 400) =>
    needsOf(COSTS, volume, { runsPerSecond, payloadBytes, load: 0.7 });
  const [few, many] = [needs(1_000), needs(10_000)];
  for (const name of [
    'kafkaCores',
    'postgresCores',
    'commitsPerSecond',
    'walBytesPerSecond',
    'kafkaBytesPerSecond',
  ] as const)
    expect(many[name] / few[name]).toBeCloseTo(10, 6);
  for (const [name, value] of Object.entries(few)) {
    expect(many[name as keyof typeof many]).toBeGreaterThanOrEqual(value);
    expect(needs(1_000, 10_000)[name as keyof typeof many]).toBeGreaterThanOrEqual(value);
  }
});

test('costs of four measurements predict the processor time of the others that were measured, within 20 %', async () => {
  const text = await readFile(new URL('../../capacity/measured.json', import.meta.url), 'utf8');
  const readings = readingsOf((JSON.parse(text) as { outcomes: BenchOutcome[] }).outcomes);
  const costs = costsFrom(readings);
  const predicted = readings.filter((reading) => !isCalibrating(reading));
  expect(predicted.map(({ variant }) => variant).sort()).toEqual([
    'partitions=4',
    'payload=10000',
    'payload=400',
    'processes=1',
    'processes=4',
  ]);
  for (const { shape, microseconds } of predicted) {
    const ratio = totalOf(microsecondsOf(costs, shape)) / totalOf(microseconds);
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.2);
  }
});

test('a measurement that costs are taken from and that is missing is named, with the command that makes it', () => {
  expect(() => costsFrom([])).toThrow(/^partitions=1 was not measured: .*--vary partitions=1 --json FILE$/);
});
