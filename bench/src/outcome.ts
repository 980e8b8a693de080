import { z } from 'zod';
import { BenchMachine } from './machine.js';
import type { Sample } from './sample.js';
import { median } from './statistics.js';
import type { SystemEntry } from './system.js';
import { titleOf, type Workload } from './works.js';

/** One system at one work: medians over the rounds. */
export const BenchOutcome = z.object({
  system: z.string(),
  work: z.string(),
  /** Runs asked for at once in each round; with it come the figures of saturation. */
  runs: z.number().optional(),
  runsPerSecond: z.number().optional(),
  /** The slowest and the fastest round. */
  runsPerSecondRange: z.tuple([z.number(), z.number()]).optional(),
  /** Single runs in each round, whose times follow. */
  samples: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  /** The time of a run whose steps all go on at once, as a multiple of the time of one step: 1 would be ideal. */
  overIdeal: z.number().optional(),
  /** For a map: the median time of a run divided by its items. */
  microsecondsPerItem: z.number().optional(),
  rounds: z.number(),
  repeated: z.number(),
  processes: z.string(),
  /** At saturation: microseconds of processor time for each run, and the memory afterwards. */
  used: z.array(z.object({ name: z.string(), cpuMicroseconds: z.number(), memoryMb: z.number() })),
});
export type BenchOutcome = z.infer<typeof BenchOutcome>;

/** The document that `--json` writes: each outcome with its machine. */
export const Measured = z.array(BenchOutcome.extend({ machine: BenchMachine }));
export type Measured = z.infer<typeof Measured>;

export function outcomeOf(system: SystemEntry, work: Workload, samples: readonly Sample[]): BenchOutcome {
  const middle = (read: (sample: Sample) => number) => rounded(median(samples.map(read)));
  const rates = samples.flatMap(({ runsPerSecond }) => runsPerSecond ?? []).map(Math.round);
  const p50Ms = middle((sample) => sample.p50Ms);
  return {
    system: system.name,
    work: titleOf(work),
    ...(rates.length > 0 && {
      runs: work.batch,
      runsPerSecond: Math.round(median(rates)),
      runsPerSecondRange: [Math.min(...rates), Math.max(...rates)],
    }),
    samples: work.samples,
    p50Ms,
    p95Ms: middle((sample) => sample.p95Ms),
    p99Ms: middle((sample) => sample.p99Ms),
    ...(work.shape === 'parallel' && { overIdeal: rounded(p50Ms / work.stepMs) }),
    ...(work.shape === 'map' && { microsecondsPerItem: rounded((p50Ms * 1_000) / work.steps) }),
    rounds: samples.length,
    repeated: samples.reduce((sum, { repeated }) => sum + repeated, 0),
    processes: system.processes,
    used: usedBy(samples),
  };
}

/** A process that did next to nothing in a run, such as a launcher, is left out. */
const LEAST_MICROSECONDS = 1;

function usedBy(samples: readonly Sample[]): BenchOutcome['used'] {
  const names = new Set(samples.flatMap(({ used }) => used.map(({ name }) => name)));
  return [...names]
    .map((name) => {
      const those = samples.flatMap(({ used }) => used.find((one) => one.name === name) ?? []);
      const cpuMicroseconds = Math.round(median(those.map(({ cpuMs }) => cpuMs)) * 1_000);
      return { name, cpuMicroseconds, memoryMb: Math.round(median(those.map(({ memoryMb }) => memoryMb))) };
    })
    .filter(({ cpuMicroseconds }) => cpuMicroseconds >= LEAST_MICROSECONDS);
}

const rounded = (value: number): number => Number(value.toFixed(2));

/** The comparison of two systems at one work. */
export interface Ratio {
  readonly work: string;
  readonly ours: string;
  readonly other: string;
  /** More is better for ours. */
  readonly runsPerSecond: number;
  /** The ratio of single runs; less is better for ours. */
  readonly p50: number;
}

/** Pairs of systems on the same servers, or for the same purpose. */
const PAIRS: readonly (readonly [ours: string, other: string])[] = [
  ['millrace-kafka', 'kafkajs-transactional'],
  ['millrace-kafka', 'restate'],
  ['millrace-kafka', 'dbos'],
  ['millrace-kafka', 'langgraph-postgres'],
  ['millrace-kafka', 'temporal'],
  ['millrace-embedded', 'bullmq'],
];

export function ratiosOf(outcomes: readonly BenchOutcome[]): readonly Ratio[] {
  return ['seven-steps', 'three-steps'].flatMap((work) =>
    PAIRS.flatMap(([oursName, otherName]): readonly Ratio[] => {
      const find = (system: string) => outcomes.find((one) => one.work === work && one.system === system);
      const [ours, other] = [find(oursName), find(otherName)];
      if (!ours?.runsPerSecond || !other?.runsPerSecond) return [];
      const runsPerSecond = rounded(ours.runsPerSecond / other.runsPerSecond);
      return [{ work, ours: oursName, other: otherName, runsPerSecond, p50: rounded(ours.p50Ms / other.p50Ms) }];
    }),
  );
}
