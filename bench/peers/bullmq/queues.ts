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
  /** How many steps are done; or which of those that are done all at once this is. */
  readonly step?: number;
}
