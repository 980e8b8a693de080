import { timeScale } from './time-scale.js';

test('work is drawn to scale', () => {
  const { at, folds } = timeScale([{ from: 0, to: 1_000 }], { from: 0, to: 1_000 });
  expect(folds).toEqual([]);
  expect([at(0), at(250), at(1_000)]).toEqual([0, 0.25, 1]);
});

test('days of waiting between seconds of work are folded, and the work stays visible', () => {
  const DAY = 86_400_000;
  const work = [
    { from: 0, to: 4_000 },
    { from: 3 * DAY, to: 3 * DAY + 4_000 },
  ];
  const { at, folds } = timeScale(work, { from: 0, to: 3 * DAY + 4_000 });
  expect(folds).toHaveLength(1);
  expect(at(4_000)).toBeGreaterThan(0.4);
  expect(at(3 * DAY)).toBeLessThan(0.6);
  expect(at(3 * DAY + 4_000)).toBe(1);
});

test('places grow with time, whatever is folded, and stay within the line', () => {
  const work = [5, 40_000, 90_000_000].map((from) => ({ from, to: from + 2_000 }));
  const { at } = timeScale(work, { from: 0, to: 100_000_000 });
  const places = Array.from({ length: 101 }, (_, part) => at(part * 1_000_000));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect([at(-5), at(200_000_000)]).toEqual([0, 1]);
});

test('a run in which nothing has worked yet has a line, too', () => {
  expect(timeScale([], { from: 0, to: 60_000 }).at(60_000)).toBeGreaterThan(0);
});
