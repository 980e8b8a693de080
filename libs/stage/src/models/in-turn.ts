import type { ModelInterceptor } from '@millrace/contracts';
import { Attempt } from '../work/attempt.js';
import { runHere } from '../work/scope.js';
import type { ModelCalls } from './model-turns.js';

/** The longest time of a call that is made outside of a step. */
const OUTSIDE_MS = 600_000;

const outside = { timeoutMs: OUTSIDE_MS, wait: () => () => undefined, isSent: () => true };

/**
 * Makes each call of a model when it is its turn, and only where no answer to it is kept. Neither the attempt's time nor its slot runs
 * while the call waits.
 */
export const inTurn =
  (models: Pick<ModelCalls, 'call' | 'isLimited' | 'answers'>): ModelInterceptor =>
  async (call, next) => {
    const run = runHere();
    if (!(run instanceof Attempt)) return models.call(call, next, outside);
    const claimed = await models.answers.claim(call, run, { leaves: !(await models.isLimited(call)) });
    if (claimed.answer) return claimed.answer;
    return models.call(call, () => claimed.make(next), {
      timeoutMs: run.deadline - Date.now(),
      wait: () => run.suspend(),
      isSent: () => run.madeCalls.get(call.key) === 'sent',
    });
  };
