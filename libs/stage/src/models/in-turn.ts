import type { ModelAnswer, ModelCall, ModelInterceptor } from '@millrace/contracts';
import { Attempt } from '../work/attempt.js';
import { runHere } from '../work/scope.js';
import { hedged } from './hedge.js';
import type { ModelCalls } from './model-turns.js';

/** The longest time of a call that is made outside of a step. */
const OUTSIDE_MS = 600_000;

const outside = {
  timeoutMs: OUTSIDE_MS,
  wait: () => () => undefined,
  isSent: () => true,
  defer: () => false,
  isDeferred: () => false,
};

type Next = () => Promise<ModelAnswer>;

/**
 * Makes each call of a model when it is its turn, and only where no answer to it is kept. Neither the attempt's time nor its slot runs
 * while the call waits, and where that takes long the attempt leaves the stage meanwhile.
 */
export const inTurn =
  (models: Pick<ModelCalls, 'call' | 'isLimited' | 'answers'>): ModelInterceptor =>
  async (call, next) => {
    const run = runHere();
    if (!(run instanceof Attempt)) return models.call(call, next, outside);
    const claimed = await models.answers.claim(call, run, { leaves: !(await models.isLimited(call)) });
    if (claimed.answer) return claimed.answer;
    const { make } = claimed;
    const waiting = { wait: () => run.suspend(), defer: run.defer.bind(run) };
    const { hedgeMs } = call;
    if (hedgeMs === undefined) return oneRequest(models, call, { run, next, make, ...waiting });
    return hedged({
      hedgeMs,
      first: (race, sent) => {
        const send = () => {
          sent();
          return next();
        };
        return oneRequest(models, call, { run, next: send, make: (leave) => make(leave, race), ...waiting });
      },
      second: (race, unwanted) => {
        const signal = AbortSignal.any([call.signal, unwanted]);
        const again = { ...call, key: `${call.key}.second`, signal };
        const goesOn = { wait: () => () => undefined, defer: () => false };
        return oneRequest(models, again, { run, next, make: (leave) => make(leave, race), ...goesOn });
      },
    });
  };

interface Request extends Pick<Parameters<ModelCalls['call']>[2], 'wait' | 'defer'> {
  readonly run: Attempt;
  readonly next: Next;
  readonly make: (leave: Next) => Promise<ModelAnswer>;
}

/** Sends one request of a step, when it is its turn. */
function oneRequest(
  models: Pick<ModelCalls, 'call'>,
  call: ModelCall,
  { run, next, make, wait, defer }: Request,
): Promise<ModelAnswer> {
  let isSent = false;
  const leave = () => {
    isSent = true;
    return next();
  };
  const request = () => {
    isSent = false;
    return make(leave);
  };
  return models.call(call, request, {
    timeoutMs: run.deadline - Date.now(),
    wait,
    defer,
    isSent: () => isSent,
    isDeferred: () => run.isDeferred,
  });
}
