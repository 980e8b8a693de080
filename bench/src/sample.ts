import type { ProcessUse } from './processes.js';

/** One system at one work, once. */
export interface Sample {
  readonly runsPerSecond: number | undefined;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Results that came more than once. A result that does not come at all ends the benchmark. */
  readonly repeated: number;
  /** Each process while runs were asked for at once; `cpuMs` is for one run. */
  readonly used: readonly ProcessUse[];
}

/** Said instead of a sample by a measurement whose system did not come up. */
export const NOT_READY = 'not ready';
