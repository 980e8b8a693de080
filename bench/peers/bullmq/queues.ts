import type { Workload } from '@millrace/bench';

export const QUEUES = { runs: 'runs', steps: 'steps' };

/** Workers wait for Redis as long as it takes. */
export const connectionTo = (url: string) => ({ url, maxRetriesPerRequest: null });

/** The message with which the worker's process is started. */
export interface Told {
  readonly url: string;
  readonly prefix: string;
  readonly work: Workload;
}

/** A job's. */
export interface Data {
  readonly text: string;
  /** The number of steps that are done, or of this step among those that are done at once. */
  readonly step?: number;
}
