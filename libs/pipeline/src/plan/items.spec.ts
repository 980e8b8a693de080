import { isChunked, spreadOf } from './items.js';

test('what somebody made up to look like the chunks of a long list is no list', () => {
  const chunk = { run: 'run-1', items: 3 };
  expect(isChunked({ $pages: [chunk, chunk] })).toBe(true);
  for (const made of [
    { run: 'r', items: 1e300 },
    { run: 'r', items: -1 },
    { run: 'r', items: '3' },
    { items: 3 },
    null,
  ])
    expect([made, isChunked({ $pages: [chunk, made] })]).toEqual([made, false]);
  expect(isChunked({ $pages: Array(1_001).fill(chunk) })).toBe(false);
});

test('however long a list is, its map has a thousand chunks at most', () => {
  for (const items of [101, 100_000, 100_001, 400_000])
    expect(spreadOf(Array<number>(items).fill(1), 0).chunks!.length).toBeLessThanOrEqual(1_000);
});
