import type { ModelAnswer } from '@millrace/contracts';
import { startTimer, type Timer } from '@millrace/contracts/timers';
import type { Race } from './kept-answers.js';

/** A call that is made a second time where it has no answer yet. */
export interface Hedge {
  readonly hedgeMs: number;
  /** Makes the call; `sent` is called when it leaves. */
  readonly first: (race: Race, sent: () => void) => Promise<ModelAnswer>;
  /** Makes it again. The signal fires when that is of no use any more; a request that has left ends by itself, so that it can be settled. */
  readonly second: (race: Race, signal: AbortSignal) => Promise<ModelAnswer>;
}

/** Returns the answer that comes first. Rejects with the first failure where no request is answered. */
export function hedged({ hedgeMs, first, second }: Hedge): Promise<ModelAnswer> {
  const unwanted = new AbortController();
  const failures: unknown[] = [];
  let [underWay, isOver] = [0, false];
  let timer: Timer | undefined;
  const race: Race = {
    get isOver() {
      return isOver;
    },
    get isLast() {
      return !isOver && underWay === 1;
    },
    win() {
      const isFirst = !isOver;
      isOver = true;
      return isFirst;
    },
  };
  return new Promise((resolve, reject) => {
    const end = () => {
      timer?.stop();
      unwanted.abort();
    };
    const make = (request: () => Promise<ModelAnswer>) => {
      underWay++;
      request().then(
        (answer) => {
          underWay--;
          end();
          resolve(answer);
        },
        (thrown: unknown) => {
          failures.push(thrown);
          if (--underWay > 0) return;
          end();
          reject(failures[0] as Error);
        },
      );
    };
    const sent = () => {
      timer ??= startTimer(hedgeMs, () => make(() => second(race, unwanted.signal)));
    };
    make(() => first(race, sent));
  });
}
