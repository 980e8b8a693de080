import { backOffMs } from './back-off.js';
import { retry } from './retry.js';

const backOff = { firstMs: 1, longestMs: 4 };

test('pauses grow by the factor from the first one, and no longer than the longest', () => {
  expect([1, 2, 3, 4, 5].map((failures) => backOffMs({ firstMs: 100, longestMs: 1_000 }, failures))).toEqual([
    100, 200, 400, 800, 1_000,
  ]);
  expect(backOffMs({ firstMs: 100, longestMs: 1_000, factor: 1.5 }, 3)).toBe(225);
  expect(backOffMs({ firstMs: 100, longestMs: 1_000 }, 5_000)).toBe(1_000);
});

/** Fails so many times, then answers how often it was asked, and whether that was told. */
function failing(times: number, code = 'AWAY') {
  const asked: boolean[] = [];
  return (isAgain: boolean) => {
    asked.push(isAgain);
    return asked.length > times ? Promise.resolve(asked) : Promise.reject(Object.assign(new Error(code), { code }));
  };
}

test('a question whose error may pass is put again, after pauses that grow, until there is an answer', async () => {
  const pauses: number[] = [];
  const answer = await retry({ backOff, onPause: (_error, ms) => pauses.push(ms) }, failing(4));
  expect(answer).toEqual([false, true, true, true, true]);
  expect(pauses).toEqual([1, 2, 4, 4]);
});

test('an error that does not pass is thrown at once', async () => {
  const ask = failing(1, 'REFUSED');
  await expect(retry({ backOff, mayPass: () => false }, ask)).rejects.toThrow('REFUSED');
  expect(await ask(false)).toEqual([false, false]);
});

test('an error after the time given is final', async () => {
  await expect(retry({ backOff, forMs: 0 }, failing(Infinity))).rejects.toThrow('AWAY');
});

test('an abort ends the pause', async () => {
  const stop = new AbortController();
  const options = { backOff: { firstMs: 60_000, longestMs: 60_000 }, signal: stop.signal, onPause: () => stop.abort() };
  await expect(retry(options, failing(Infinity))).rejects.toMatchObject({ name: 'AbortError' });
});
