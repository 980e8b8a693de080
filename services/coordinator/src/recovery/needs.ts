import type { Runtime } from '@millrace/runtime';
import type { CoordinatorOptions } from '../sources/saga.js';

/** The parts that a recovery needs. */
export interface Needs {
  readonly runtime: Runtime;
  readonly options: CoordinatorOptions;
}
