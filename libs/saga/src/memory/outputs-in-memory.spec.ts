import { outputCacheSuite } from '../conformance/output-cache.js';
import { OutputsInMemory } from './outputs-in-memory.js';

describe('in memory', () => {
  outputCacheSuite(() => {
    const outputs = new OutputsInMemory();
    return {
      keep: (changes) => Promise.resolve(outputs.keep(changes)),
      told: () => Promise.resolve(outputs.told()),
    };
  });
});
