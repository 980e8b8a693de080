import { setTimeout as sleep } from 'node:timers/promises';

/** A workload: the number of steps of a run, and how much of it is measured. */
export interface Workload {
  readonly name: WorkName;
  /** One after the other, each handing on what it was given; all at once, each waiting `stepMs`; or all at once, a step for each item of a list that is made in the run. */
  readonly shape: 'sequence' | 'parallel' | 'map';
  readonly steps: number;
  /** The number of partitions of each topic. */
  readonly partitions: number;
  readonly stepMs: number;
  /** Single runs, one after the other. */
  readonly samples: number;
  /** Runs asked for at once; 0 for none. */
  readonly batch: number;
  /** The length of a run's input, and of each step's result. */
  readonly payloadBytes: number;
  /** Processes of each service, where a system has services. */
  readonly processes: number;
  /** Runs that have ended before the measurement begins. */
  readonly history: number;
  /** The size in which this differs from the work as it is by default, e.g. `payload=10000`. */
  readonly variant?: string;
}

export const WORK_NAMES = ['seven-steps', 'three-steps', 'parallel-64', 'map-100', 'map-1000', 'map-10000'] as const;
export type WorkName = (typeof WORK_NAMES)[number];

export const DEFAULT_RUNS = 10_000;
export const PAYLOAD_BYTES = 400;
/** A batch carries no more than this, so that a disk of usual size holds a measurement with long payloads. */
const BATCH_BYTES = 100_000_000;
const DEFAULTS = { payloadBytes: PAYLOAD_BYTES, processes: 1, history: 0 } as const;

/** The sizes of a work that can be varied. */
export const VARIABLES = ['partitions', 'payload', 'processes', 'history'] as const;
/** One size of a work, and the values at which the work is measured. */
export interface Variation {
  readonly variable: (typeof VARIABLES)[number];
  readonly values: readonly number[];
}

/** Returns the work at each value of the variation. */
export function variantsOf(work: Workload, { variable, values }: Variation): readonly Workload[] {
  return values.map((value) => {
    const variant = `${variable}=${value}`;
    if (variable !== 'payload') return { ...work, [variable]: value, variant };
    return { ...work, payloadBytes: value, batch: Math.min(work.batch, Math.ceil(BATCH_BYTES / value)), variant };
  });
}

/** @param runs of `seven-steps` at saturation */
export function workNamed(name: WorkName, runs = DEFAULT_RUNS): Workload {
  switch (name) {
    case 'seven-steps':
      return { ...DEFAULTS, name, shape: 'sequence', steps: 7, partitions: 4, stepMs: 0, samples: 100, batch: runs };
    case 'three-steps':
      return { ...DEFAULTS, name, shape: 'sequence', steps: 3, partitions: 4, stepMs: 0, samples: 100, batch: 200 };
    case 'parallel-64':
      return { ...DEFAULTS, name, shape: 'parallel', steps: 64, partitions: 1, stepMs: 200, samples: 10, batch: 0 };
    case 'map-100':
      return { ...MAP, name, steps: 100, samples: 10 };
    case 'map-1000':
      return { ...MAP, name, steps: 1_000, samples: 5 };
    case 'map-10000':
      return { ...MAP, name, steps: 10_000, samples: 2 };
  }
}

const MAP = { ...DEFAULTS, shape: 'map', partitions: 4, stepMs: 0, batch: 0 } as const;

/** Returns the name of a work as reports show it. */
export const titleOf = ({ name, variant }: Workload): string => (variant === undefined ? name : `${name}, ${variant}`);

/** Returns the input of a run: its number, padded to the payload's size. */
export const payloadOf = ({ payloadBytes }: Workload, run: number): string => `${run} `.padEnd(payloadBytes, 'x');

/** Returns the output of parallel step `n`: the item of a list, or the run's input. */
export const resultOf = ({ shape }: Workload, given: string, n: number): string =>
  shape === 'map' ? String(n) : given;

/** Such a step, done: it waits, where the work says so. */
export async function beside(work: Workload, given: string, n: number): Promise<string> {
  if (work.stepMs > 0) await sleep(work.stepMs);
  return resultOf(work, given, n);
}

/** The number of the run that a payload belongs to. */
export const runOf = (payload: string): number => Number.parseInt(payload, 10);
