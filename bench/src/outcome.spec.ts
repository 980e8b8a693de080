import type { Sample } from './sample.js';
import { Measured, type BenchOutcome, outcomeOf, ratiosOf } from './outcome.js';
import { SYSTEMS } from './systems/all.js';
import { workNamed } from './works.js';

const sample = (runsPerSecond: number | undefined, p50Ms: number): Sample => ({
  runsPerSecond,
  p50Ms,
  p95Ms: 2 * p50Ms,
  p99Ms: 3 * p50Ms,
  repeated: 1,
  used: [{ name: 'client', cpuMs: p50Ms / 10, memoryMb: 100 }],
});
const [system] = SYSTEMS;

test('an outcome is the median of its rounds, with the slowest and the fastest', () => {
  const samples = [sample(900, 4), sample(1_000.4, 2), sample(1_500, 3)];
  expect(outcomeOf(system!, workNamed('seven-steps', 5_000), samples)).toMatchObject({
    ...{ system: system!.name, work: 'seven-steps', runs: 5_000, rounds: 3, repeated: 3 },
    ...{ runsPerSecond: 1_000, runsPerSecondRange: [900, 1_500], p50Ms: 3, p95Ms: 6, p99Ms: 9 },
    used: [{ name: 'client', cpuMicroseconds: 300, memoryMb: 100 }],
  });
});

test('parallel steps are compared with the time of one of them, and have no saturation', () => {
  const outcome = outcomeOf(system!, workNamed('parallel-64'), [sample(undefined, 250)]);
  expect(outcome).toMatchObject({ overIdeal: 1.25 });
  expect(outcome).not.toHaveProperty('runsPerSecond');
});

test('what is written as JSON can be read again', () => {
  const machine = { cpu: 'c', cores: 2, memoryGb: 24, date: '2026-01-01', loadBefore: 0.1, versions: { Node: '24' } };
  const measured = [{ ...outcomeOf(system!, workNamed('three-steps'), [sample(10, 1)]), machine }];
  expect(Measured.parse(JSON.parse(JSON.stringify(measured)))).toEqual(measured);
});

test('ratios compare what stands on the same servers, where both were measured', () => {
  const of = (name: string, work: string, runsPerSecond: number, p50Ms: number): BenchOutcome => ({
    ...outcomeOf(system!, workNamed('seven-steps'), [sample(runsPerSecond, p50Ms)]),
    ...{ system: name, work },
  });
  const outcomes = [
    of('millrace-kafka', 'seven-steps', 4_000, 30),
    of('restate', 'seven-steps', 400, 15),
    of('bullmq', 'seven-steps', 2_000, 3),
    of('restate', 'three-steps', 800, 10),
  ];
  expect(ratiosOf(outcomes)).toEqual([
    { work: 'seven-steps', ours: 'millrace-kafka', other: 'restate', runsPerSecond: 10, p50: 2 },
  ]);
});
