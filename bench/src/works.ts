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
}

export const WORK_NAMES = ['seven-steps', 'three-steps', 'parallel-64', 'map-100', 'map-1000', 'map-10000'] as const;
export type WorkName = (typeof WORK_NAMES)[number];

export const DEFAULT_RUNS = 10_000;
/** Each run's value is so long, and so is each step's result. */
export const PAYLOAD_BYTES = 400;

/** @param runs of `seven-steps` at saturation */
export function workNamed(name: WorkName, runs = DEFAULT_RUNS): Workload {
  switch (name) {
    case 'seven-steps':
      return { name, shape: 'sequence', steps: 7, partitions: 4, stepMs: 0, samples: 100, batch: runs };
    case 'three-steps':
      return { name, shape: 'sequence', steps: 3, partitions: 4, stepMs: 0, samples: 100, batch: 200 };
    case 'parallel-64':
      return { name, shape: 'parallel', steps: 64, partitions: 1, stepMs: 200, samples: 10, batch: 0 };
    case 'map-100':
      return { ...MAP, name, steps: 100, samples: 10 };
    case 'map-1000':
      return { ...MAP, name, steps: 1_000, samples: 5 };
    case 'map-10000':
      return { ...MAP, name, steps: 10_000, samples: 2 };
  }
}

const MAP = { shape: 'map', partitions: 4, stepMs: 0, batch: 0 } as const;

/** Returns the input of a run: its number, padded to the payload's size. */
export const payloadOf = (run: number): string => `${run} `.padEnd(PAYLOAD_BYTES, 'x');

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
