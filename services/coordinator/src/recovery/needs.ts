import type { House } from '@millrace/service';
import type { CoordinatorOptions } from '../saga.js';

/** The parts that a recovery needs. */
export interface Needs {
  readonly house: House;
  readonly options: CoordinatorOptions;
}
