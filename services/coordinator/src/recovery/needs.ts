import type { House } from '@millrace/service';
import type { CoordinatorOptions } from '../saga.js';

/** What a recovery works with. */
export interface Needs {
  readonly house: House;
  readonly options: CoordinatorOptions;
}
