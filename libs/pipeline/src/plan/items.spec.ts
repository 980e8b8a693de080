import { isPaged, spreadOf } from './items.js';

test('what somebody made up to look like the pages of a long list is no list', () => {
  const page = { run: 'run-1', items: 3 };
  expect(isPaged({ $pages: [page, page] })).toBe(true);
  for (const made of [
    { run: 'r', items: 1e300 },
    { run: 'r', items: -1 },
    { run: 'r', items: '3' },
    { items: 3 },
    null,
  ])
    expect([made, isPaged({ $pages: [page, made] })]).toEqual([made, false]);
  expect(isPaged({ $pages: Array(1_001).fill(page) })).toBe(false);
});

test('however long a list is, its map has a thousand pages at most', () => {
  for (const items of [101, 100_000, 100_001, 400_000])
    expect(spreadOf(Array<number>(items).fill(1), 0).pages!.length).toBeLessThanOrEqual(1_000);
});
