import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyChart } from './history-chart.js';
import { type Entry, historyIn, remember } from './history.js';

const machine = { cpu: 'Some CPU', cores: 2, memoryGb: 24, date: '2026-01-02', loadBefore: 0.25, versions: {} };
const outcome = (system: string, cpuMicroseconds: number) => ({
  ...{
    system,
    work: 'seven-steps',
    samples: 100,
    p50Ms: 3,
    p95Ms: 5,
    p99Ms: 8,
    rounds: 5,
    repeated: 0,
    processes: 'one',
  },
  used: [
    { name: 'client', cpuMicroseconds, memoryMb: 150 },
    { name: 'Redis', cpuMicroseconds: 100, memoryMb: 20 },
  ],
});

test('a history gives back what it was told, oldest first, with the commit', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-history-'));
  const file = join(folder, 'new', 'figures.jsonl');
  expect(await historyIn(file)).toEqual([]);
  for (const microseconds of [900, 500]) await remember(file, [outcome('millrace-kafka', microseconds)], machine);
  const entries = await historyIn(file);
  expect(entries.map(({ outcomes }) => outcomes)).toEqual([
    [outcome('millrace-kafka', 900)],
    [outcome('millrace-kafka', 500)],
  ]);
  for (const { commit } of entries) expect(commit).toMatch(/^([0-9a-f]{10}\+?|unknown)$/);
  await rm(folder, { recursive: true });
});

test('the chart has a point for each commit that measured the system, lower where a run costs less', () => {
  const entry = (commit: string, ...outcomes: Entry['outcomes']): Entry => ({ commit, machine, outcomes });
  const svg = historyChart([
    entry('aaaaaaaaaa', outcome('millrace-kafka', 900), outcome('millrace-embedded', 300)),
    entry('bbbbbbbbbb', outcome('millrace-embedded', 200)),
    entry('cccccccccc', outcome('millrace-kafka', 400), outcome('millrace-embedded', 100)),
  ]);
  const points = (kind: string) =>
    [...svg!.matchAll(new RegExp(`<circle class="${kind}" cx="(\\d+)" cy="(\\d+)"`, 'g'))].map(([, x, y]) => [
      +x!,
      +y!,
    ]);
  expect(points('kafka')).toHaveLength(2);
  expect(points('embedded')).toHaveLength(3);
  const [first, last] = points('kafka');
  expect(last![1]).toBeGreaterThan(first![1]!);
  expect(svg).toContain('millrace-kafka: 500</text>');
});

test('one measurement is no history yet', () => {
  expect(historyChart([{ commit: 'aaaaaaaaaa', machine, outcomes: [outcome('millrace-kafka', 900)] }])).toBeUndefined();
});
