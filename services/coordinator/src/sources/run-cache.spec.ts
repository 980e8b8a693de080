import { evolve, type Run } from '@millrace/saga';
import { RunCache } from './run-cache.js';

const runOf = (id: string, bytes: number): Run =>
  evolve(undefined, id, [
    { type: 'run.accepted', at: 1, pipeline: 'p', plan: 'p1', input: { text: 'x'.repeat(bytes) }, source: 'i/0/0' },
  ]);
const filled = (cache: RunCache, count: number, bytes: number): RunCache => {
  for (let i = 0; i < count; i++) cache.set(i % 2, { run: runOf(`r${i}`, bytes), wakeAt: undefined });
  return cache;
};
const opened = (maxBytes: number): RunCache => {
  const cache = new RunCache(maxBytes);
  for (const partition of [0, 1]) cache.open(partition);
  return cache;
};

test('runs kept in memory take so many bytes at most, over all partitions: few large ones or many small ones', () => {
  expect(filled(opened(1_000_000), 500, 100_000).size).toBe(9);
  expect(filled(opened(1_000_000), 500, 10_000).size).toBeGreaterThan(80);
});

test('of runs in memory the one goes that was not written for the longest', () => {
  const cache = opened(45_000);
  for (const id of ['a', 'b', 'c', 'a', 'd']) cache.set(0, { run: runOf(id, 9_000), wakeAt: undefined });
  expect(['a', 'b', 'c', 'd'].filter((id) => cache.get(0, id))).toEqual(['a', 'c', 'd']);
});

test('a partition that is opened again has no runs in memory, and the room is free', () => {
  const cache = filled(opened(1_000_000), 8, 100_000);
  cache.open(0);
  expect([cache.size, cache.get(0, 'r0'), cache.get(1, 'r1')?.run.id]).toEqual([4, undefined, 'r1']);
});
