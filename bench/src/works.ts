/** What is to be done: how many steps a run has, and how much of it is measured. */
export interface Work {
  readonly name: WorkName;
  /** One after the other, each handing on what it was given; or all at once, each waiting `stepMs`. */
  readonly shape: 'sequence' | 'parallel';
  readonly steps: number;
  /** Of each topic. */
  readonly partitions: number;
  readonly stepMs: number;
  /** Single runs, one after the other. */
  readonly samples: number;
  /** Runs asked for at once; 0 for none. */
  readonly batch: number;
}

export const WORK_NAMES = ['seven-steps', 'three-steps', 'parallel-64'] as const;
export type WorkName = (typeof WORK_NAMES)[number];

export const DEFAULT_RUNS = 10_000;
/** Each run's value is so long, and so is each step's result. */
export const PAYLOAD_BYTES = 400;

/** @param runs of `seven-steps` at saturation */
export function workNamed(name: WorkName, runs = DEFAULT_RUNS): Work {
  switch (name) {
    case 'seven-steps':
      return { name, shape: 'sequence', steps: 7, partitions: 4, stepMs: 0, samples: 100, batch: runs };
    case 'three-steps':
      return { name, shape: 'sequence', steps: 3, partitions: 4, stepMs: 0, samples: 100, batch: 200 };
    case 'parallel-64':
      return { name, shape: 'parallel', steps: 64, partitions: 1, stepMs: 200, samples: 10, batch: 0 };
  }
}

/** What a run is given: its number, filled up to the size. */
export const payloadOf = (run: number): string => `${run} `.padEnd(PAYLOAD_BYTES, 'x');

/** The number of the run that a payload belongs to. */
export const runOf = (payload: string): number => Number.parseInt(payload, 10);
