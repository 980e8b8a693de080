import type { Sample } from './measure.js';
import { median } from './statistics.js';
import type { SystemEntry } from './system.js';
import type { Work } from './works.js';

/** One system at one work: medians over the rounds. */
export interface Outcome {
  readonly system: string;
  readonly work: string;
  /** Runs asked for at once in each round; with it come the figures of saturation. */
  readonly runs?: number;
  readonly runsPerSecond?: number;
  /** The slowest and the fastest round. */
  readonly runsPerSecondRange?: readonly [number, number];
  /** Single runs in each round, whose times follow. */
  readonly samples: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** How often the time of one step a run takes whose steps all go on at once: 1 would be ideal. */
  readonly overIdeal?: number;
  readonly rounds: number;
  readonly repeated: number;
  readonly processes: string;
}

export function outcomeOf(system: SystemEntry, work: Work, samples: readonly Sample[]): Outcome {
  const middle = (read: (sample: Sample) => number) => rounded(median(samples.map(read)));
  const rates = samples.flatMap(({ runsPerSecond }) => runsPerSecond ?? []).map(Math.round);
  const p50Ms = middle((sample) => sample.p50Ms);
  return {
    system: system.name,
    work: work.name,
    ...(rates.length > 0 && {
      runs: work.batch,
      runsPerSecond: Math.round(median(rates)),
      runsPerSecondRange: [Math.min(...rates), Math.max(...rates)] as const,
    }),
    samples: work.samples,
    p50Ms,
    p95Ms: middle((sample) => sample.p95Ms),
    p99Ms: middle((sample) => sample.p99Ms),
    ...(work.shape === 'parallel' && { overIdeal: rounded(p50Ms / work.stepMs) }),
    rounds: samples.length,
    repeated: samples.reduce((sum, { repeated }) => sum + repeated, 0),
    processes: system.processes,
  };
}

const rounded = (value: number): number => Number(value.toFixed(2));

/** How one system compares with another at `seven-steps`. */
export interface Ratio {
  readonly text: string;
  readonly value: number;
}

const OURS = 'millrace-kafka';
const RAW = 'kafkajs-transactional';

export function ratiosOf(outcomes: readonly Outcome[]): readonly Ratio[] {
  return ['seven-steps', 'three-steps'].flatMap((work) => {
    const find = (system: string) => outcomes.find((one) => one.work === work && one.system === system);
    const [ours, raw] = [find(OURS), find(RAW)];
    if (!ours || !raw) return [];
    return [
      {
        text: `${work}, runs a second: ${OURS} / ${RAW}`,
        value: rounded((ours.runsPerSecond ?? Number.NaN) / (raw.runsPerSecond ?? Number.NaN)),
      },
      { text: `${work}, p50 of a single run: ${OURS} / ${RAW}`, value: rounded(ours.p50Ms / raw.p50Ms) },
    ];
  });
}
