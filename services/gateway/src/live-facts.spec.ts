import { jest } from '@jest/globals';
import { LiveFacts } from './live-facts.js';

afterEach(() => void jest.useRealTimers());

test('the store is asked while somebody watches, and never while nobody does', async () => {
  jest.useFakeTimers();
  let questions = 0;
  using live = new LiveFacts({ factsAfter: () => Promise.resolve((questions++, new Map())) });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(questions).toBe(0);
  const stop = live.watch('run_1', 0, () => undefined);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(questions).toBeGreaterThan(100);
  stop();
  questions = 0;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(questions).toBe(0);
});
