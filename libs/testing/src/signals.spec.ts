import type { TakenRecord } from '@millrace/contracts';
import { type SignalMatching, signalMatchingSuite } from '@millrace/saga/conformance';
import { Signals } from './signals.js';

const recordOf = (id: string, at: number): TakenRecord => ({
  ...{ topic: id, partition: 0, offset: 0, timestamp: at },
  ...{ key: null, value: null, headers: {} },
});

function matchingInMemory(): SignalMatching {
  const signals = new Signals();
  const waiting = new Set<string>();
  const done = Promise.resolve();
  return {
    take(taken) {
      const inOrder = taken.toSorted((one, other) => one.at - other.at);
      for (const { id, at, expiresAt, keys } of inOrder)
        signals.take({ id, keys, keepMs: expiresAt - at }, { record: recordOf(id, at), at });
      return done;
    },
    decide({ begins, ends, taken = [], returned = [] }) {
      const { run } = begins ?? ends!;
      if (ends) waiting.delete(`${run}/${ends.step}`);
      if (begins) waiting.add(`${run}/${begins.step}`);
      const isWaiting = (step: string) => waiting.has(`${run}/${step}`);
      signals.keep(run, { begun: begins ? [begins] : [], isWaiting, taken, returned });
      return done;
    },
    told: (at) =>
      Promise.resolve(
        signals.told(at).flatMap((event) => {
          if (event.type !== 'step.signalled') return [];
          const { id, run, step, payload } = event;
          return [{ id: id!, run, step, payload }];
        }),
      ),
    expired: (at) => Promise.resolve(signals.expired(at).map(({ topic }) => topic)),
  };
}

describe('the test engine', () => signalMatchingSuite(matchingInMemory));
