import { jest } from '@jest/globals';
import { LiveFacts } from './live-facts.js';

afterEach(() => void jest.useRealTimers());

test('the store is asked while somebody watches, and never while nobody does', async () => {
  jest.useFakeTimers();
  let questions = 0;
  using live = new LiveFacts({
    reader: { factsAfter: () => Promise.resolve((questions++, new Map())) },
    log: { warn: () => undefined },
  });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(questions).toBe(0);
  const stop = live.watch('run_1', 0, { see: () => undefined, lost: () => undefined });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(questions).toBeGreaterThan(100);
  stop();
  questions = 0;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(questions).toBe(0);
});

test('a run whose facts cannot be read keeps nothing from those who watch others, is told of in the log, and its watcher let go', async () => {
  jest.useFakeTimers();
  const warnings: string[] = [];
  const fact = { type: 'run.begun', at: 1 } as const;
  const factsAfter = (after: ReadonlyMap<string, number>) =>
    after.has('run_bad')
      ? Promise.reject(new Error('value out of range'))
      : Promise.resolve(new Map([...after].filter(([, seq]) => seq < 1).map(([run]) => [run, [fact]])));
  using live = new LiveFacts({ reader: { factsAfter }, log: { warn: (_, message) => void warnings.push(message) } });
  const seen: number[] = [];
  const lost: string[] = [];
  live.watch('run_bad', 3_000_000_000, { see: () => undefined, lost: () => void lost.push('run_bad') });
  live.watch('run_good', 0, {
    see: (facts) => void seen.push(...facts.map(({ seq }) => seq)),
    lost: () => void lost.push('run_good'),
  });
  await jest.advanceTimersByTimeAsync(1_000);
  expect(seen).toEqual([1]);
  expect(warnings).toContain('The facts of the watched runs could not be read.');
  await jest.advanceTimersByTimeAsync(60_000);
  expect(lost).toEqual(['run_bad']);
});

test('a store that is away for some seconds loses no watcher', async () => {
  jest.useFakeTimers();
  let isAway = true;
  const fact = { type: 'run.begun', at: 1 } as const;
  using live = new LiveFacts({
    reader: {
      factsAfter: (after) =>
        isAway
          ? Promise.reject(new Error('away'))
          : Promise.resolve(new Map(after.get('run_1') === 0 ? [['run_1', [fact]]] : [])),
    },
    log: { warn: () => undefined },
  });
  const seen: number[] = [];
  live.watch('run_1', 0, {
    see: (facts) => void seen.push(...facts.map(({ seq }) => seq)),
    lost: () => void seen.push(-1),
  });
  await jest.advanceTimersByTimeAsync(5_000);
  isAway = false;
  await jest.advanceTimersByTimeAsync(6_000);
  expect(seen).toEqual([1]);
});
