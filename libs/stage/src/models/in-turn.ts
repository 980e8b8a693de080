import type { ModelInterceptor } from '@millrace/contracts';
import { Attempt } from '../work/attempt.js';
import { runHere } from '../work/scope.js';
import type { ModelCalls } from './model-turns.js';

/** The longest time of a call that is made outside of a step. */
const OUTSIDE_MS = 600_000;

/** Makes each call of a model when it is its turn. Neither the attempt's time nor its slot runs while the call waits. */
export const inTurn =
  (models: Pick<ModelCalls, 'call'>): ModelInterceptor =>
  (call, next) => {
    const run = runHere();
    if (!(run instanceof Attempt))
      return models.call(call, next, { timeoutMs: OUTSIDE_MS, wait: () => () => undefined });
    return models.call(call, next, { timeoutMs: run.deadline - Date.now(), wait: () => run.suspend() });
  };
