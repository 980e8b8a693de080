import { runIdOf, runPauseKey } from '@millrace/contracts';
import { followPauses } from './index.js';
import { aLog } from './log.fixture.js';

const run = (n: number) => runIdOf('p', String(n));
const say = (log: ReturnType<typeof aLog>, n: number, value: unknown) =>
  log.write(log.topics.pauses, runPauseKey(run(n)), value);

test('what is paused is known from the start, whoever begins to follow, until it goes on', async () => {
  const log = aLog();
  say(log, 1, { at: 1 });
  say(log, 2, { at: 1 });
  say(log, 2, null);
  await using pauses = await followPauses(log);
  say(log, 3, { at: 2 });
  expect([1, 2, 3].map((n) => pauses.isPaused(run(n)))).toEqual([true, false, true]);
  say(log, 1, null);
  expect(pauses.isPaused(run(1))).toBe(false);
});

test('what is no pause changes nothing', async () => {
  const log = aLog();
  await using pauses = await followPauses(log);
  say(log, 1, { at: 1 });
  for (const value of ['{', { at: 'now' }, {}]) say(log, 1, value);
  expect(pauses.isPaused(run(1))).toBe(true);
});
