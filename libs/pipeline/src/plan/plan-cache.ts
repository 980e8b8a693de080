import { BoundedMap } from '@millrace/contracts';
import type { LoadedPlan } from './plan-model.js';

/** More plans than a service uses within some minutes; one takes some hundred kilobytes at the most. */
const MOST = 500;

/** Plans ready for use, by hash: those that were used last. A plan never changes under its hash, so one that was dropped is loaded again. */
export const planCache = (most = MOST): BoundedMap<LoadedPlan> => new BoundedMap(most);
