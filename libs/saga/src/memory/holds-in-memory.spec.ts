import { holdLineSuite } from '../conformance/hold-lines.js';
import { HoldsInMemory } from './holds-in-memory.js';

describe('in memory', () => {
  holdLineSuite(() => {
    const holds = new HoldsInMemory();
    return {
      accept: (runs) =>
        Promise.resolve(
          new Map(
            runs.flatMap((one) => {
              const behind = holds.stand(one);
              return behind === undefined ? [] : [[one.run, behind] as const];
            }),
          ),
        ),
      keep: (changes) => Promise.resolve(holds.keep(changes)),
      told: () => Promise.resolve(holds.told()),
    };
  });
});
