import { median, percentile } from './statistics.js';

test('a percentile is a value that was measured', () => {
  const values = [5, 1, 4, 2, 3];
  expect(percentile(values, 0.5)).toBe(3);
  expect(percentile(values, 0.95)).toBe(5);
  expect(percentile([7], 0.99)).toBe(7);
});

test('the median of an even number of rounds lies between the two in the middle', () => {
  expect(median([10, 1, 4, 2])).toBe(3);
  expect(median([3, 1, 2])).toBe(2);
});
