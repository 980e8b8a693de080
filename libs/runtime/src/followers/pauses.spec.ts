import { runIdOf, runPauseKey, stagePauseKey } from '@millrace/contracts';
import { followPauses } from '../index.js';
import { aLog } from '../log.fixture.js';

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

test('a stage is paused until it goes on, who listens is told, and how long it was is known', async () => {
  const log = aLog();
  const tell = (times: object[]) => log.write(log.topics.pauses, stagePauseKey('draft'), { times });
  tell([{ from: 100 }]);
  await using pauses = await followPauses(log);
  const told: boolean[] = [];
  const forget = pauses.onChange('draft', () => told.push(pauses.isStagePaused('draft')));
  expect([pauses.isStagePaused('draft'), pauses.isStagePaused('other')]).toEqual([true, false]);
  expect(pauses.pausedFor('draft', { from: 50, to: 130 })).toBe(30);
  tell([{ from: 100, to: 200 }]);
  tell([{ from: 100, to: 200 }, { from: 300 }]);
  forget();
  tell([
    { from: 100, to: 200 },
    { from: 300, to: 400 },
  ]);
  expect(told).toEqual([false, true]);
  expect(pauses.pausedFor('draft', { from: 150, to: 350 })).toBe(100);
  expect(pauses.pausedFor('draft', { from: 400, to: 900 })).toBe(0);
});

test('what is no pause changes nothing', async () => {
  const log = aLog();
  await using pauses = await followPauses(log);
  say(log, 1, { at: 1 });
  for (const value of ['{', { at: 'now' }, {}, { times: [] }]) say(log, 1, value);
  expect(pauses.isPaused(run(1))).toBe(true);
});
