import { chart } from './chart.js';
import type { BenchOutcome } from './outcome.js';
import { markdown } from './report.js';

const machine = {
  ...{ cpu: 'Some CPU', cores: 2, memoryGb: 24, date: '2026-01-02', loadBefore: 0.25 },
  versions: { Node: '24.0.0', bullmq: '6.7.0' },
};
const outcome = (system: string, rest: Partial<BenchOutcome> = {}): BenchOutcome => ({
  ...{ system, work: 'seven-steps', runs: 10_000, runsPerSecond: 1_234, runsPerSecondRange: [1_000, 1_300] },
  ...{ samples: 100, p50Ms: 3.25, p95Ms: 5, p99Ms: 8.5, rounds: 5, repeated: 0, processes: 'client; worker' },
  used: [
    { name: 'client', cpuMicroseconds: 1_200, memoryMb: 150 },
    { name: 'Redis', cpuMicroseconds: 300, memoryMb: 20 },
  ],
  ...rest,
});

test('the report has a table for each work, and says where it was measured', () => {
  const parallel = {
    runs: undefined,
    runsPerSecond: undefined,
    runsPerSecondRange: undefined,
    overIdeal: 1.04,
    used: [],
  };
  const report = markdown([outcome('bullmq'), outcome('restate', { work: 'parallel-64', ...parallel })], machine);
  expect(report).toContain('Some CPU, 2 cores, 24 GB; Node 24.0.0, bullmq 6.7.0.');
  expect(report).toContain('| bullmq | 1,234 | 1,000 – 1,300 | 10,000 | 3.3 | 5.0 | 8.5 | 0 | client; worker |');
  expect(report).toContain('| bullmq | client | 1,200 | 150 |');
  expect(report).toContain('| bullmq | together | 1,500 | 170 |');
  const [, second] = report.split('### parallel-64');
  expect(second).toContain('| system | p50 ms | p95 ms | p99 ms | over ideal | repeated | processes |');
  expect(second).toContain('| restate | 3.3 | 5.0 | 8.5 | 1.04 | 0 | client; worker |');
});

test('in the chart bars are as long as what they stand for', () => {
  const svg = chart([
    outcome('bullmq', { runsPerSecond: 2_000 }),
    outcome('millrace-embedded', { runsPerSecond: 500 }),
  ]);
  const widths = [...svg.matchAll(/<rect .*?width="(\d+)".*?class="(\w+)"/g)].map(([, width, kind]) => [kind, width]);
  expect(widths.slice(0, 2)).toEqual([
    ['other', '230'],
    ['ours', '58'],
  ]);
  expect(svg).toContain('>2,000</text>');
});
