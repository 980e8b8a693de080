import { jest } from '@jest/globals';
import { sleep, startInterval, startTimer, timeoutSignal } from './timers.js';

const DAY = 86_400_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

test.each([1, 1_000, 2 ** 31 - 1, 2 ** 31, 30 * DAY, 90 * DAY, 36_500 * DAY])(
  'a timer of %d ms fires then, once, and not before',
  (ms) => {
    const due = jest.fn();
    startTimer(ms, due);
    jest.advanceTimersByTime(ms - 1);
    expect(due).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(due).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(100 * DAY);
    expect(due).toHaveBeenCalledTimes(1);
  },
);

test.each([0, -1, -Infinity])('a time that has passed (%d ms) is due at once', (ms) => {
  const due = jest.fn();
  startTimer(ms, due);
  jest.advanceTimersByTime(1);
  expect(due).toHaveBeenCalledTimes(1);
});

test('a timer that never fires waits on, and can be stopped', () => {
  const due = jest.fn();
  const timer = startTimer(Infinity, due);
  jest.advanceTimersByTime(1_000 * DAY);
  expect(due).not.toHaveBeenCalled();
  timer.stop();
  expect(jest.getTimerCount()).toBe(0);
});

test('a timer that is stopped in its second month does not fire', () => {
  const due = jest.fn();
  const timer = startTimer(60 * DAY, due);
  jest.advanceTimersByTime(50 * DAY);
  timer.stop();
  jest.advanceTimersByTime(50 * DAY);
  expect(due).not.toHaveBeenCalled();
});

test('a wall clock that jumps makes no timer early or late', () => {
  const due = jest.fn();
  startTimer(30 * DAY, due);
  jest.setSystemTime(Date.now() + 365 * DAY);
  jest.advanceTimersByTime(30 * DAY - 1);
  expect(due).not.toHaveBeenCalled();
  jest.setSystemTime(0);
  jest.advanceTimersByTime(1);
  expect(due).toHaveBeenCalledTimes(1);
});

test('an interval of 40 days comes every 40 days until it is stopped', () => {
  const due = jest.fn();
  const interval = startInterval(40 * DAY, due);
  jest.advanceTimersByTime(100 * DAY);
  expect(due).toHaveBeenCalledTimes(2);
  interval.stop();
  jest.advanceTimersByTime(100 * DAY);
  expect(due).toHaveBeenCalledTimes(2);
});

test('a signal of 30 days is aborted after 30 days', () => {
  const signal = timeoutSignal(30 * DAY);
  jest.advanceTimersByTime(30 * DAY - 1);
  expect(signal.aborted).toBe(false);
  jest.advanceTimersByTime(1);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

test('a length that is no number is refused, by every kind of timer', async () => {
  expect(() => startTimer(NaN, () => undefined)).toThrow('NaN ms');
  expect(() => startInterval(NaN, () => undefined)).toThrow('NaN ms');
  expect(() => timeoutSignal(NaN)).toThrow('NaN ms');
  await expect(sleep(NaN)).rejects.toThrow('NaN ms');
});

test('a sleep of 30 days goes on until it is aborted', async () => {
  jest.useRealTimers();
  const waking = new AbortController();
  const slept = sleep(30 * DAY, { signal: waking.signal });
  await new Promise(setImmediate);
  waking.abort();
  await expect(slept).rejects.toMatchObject({ name: 'AbortError' });
});
