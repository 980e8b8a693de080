import { floorsOf, slopeOf } from './slope.js';

test('a straight line has its slope, without doubt', () => {
  const { perSecond, plusMinus } = slopeOf([0, 5, 10, 20].map((t) => [t, 100 + 3 * t] as const));
  expect(perSecond).toBeCloseTo(3);
  expect(plusMinus).toBeCloseTo(0);
});

test('what only goes up and down is flat within its interval, and what leaks is not', () => {
  const noise = [3, -1, 2, -4, 1, 0, -2, 4, -3, 1, -1, 0];
  const flat = slopeOf(noise.map((of, t) => [t, 50 + of] as const));
  expect(Math.abs(flat.perSecond)).toBeLessThan(flat.plusMinus);
  const leaking = slopeOf(noise.map((of, t) => [t, 50 + of + 2 * t] as const));
  expect(leaking.perSecond - leaking.plusMinus).toBeGreaterThan(0);
});

test('the interval is that of the textbook', () => {
  // Least squares by R: lm(c(1, 3, 2, 5, 4) ~ c(0:4)) has the slope 0.8, a standard error of 0.3464 and t(3) = 3.182.
  const { perSecond, plusMinus } = slopeOf([1, 3, 2, 5, 4].map((value, t) => [t, value] as const));
  expect(perSecond).toBeCloseTo(0.8);
  expect(plusMinus).toBeCloseTo(3.182 * 0.3464, 1);
});

test('of a saw only the floors count', () => {
  const saw = Array.from({ length: 40 }, (_, t) => [t, 10 + (t % 10)] as const);
  expect(floorsOf(saw, 10).map(([, value]) => value)).toEqual([10, 10, 10, 10]);
});
