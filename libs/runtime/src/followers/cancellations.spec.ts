import { runIdOf } from '@millrace/contracts';
import { followCancellations } from '../index.js';
import { aLog } from '../log.fixture.js';

const run = (n: number) => runIdOf('p', String(n));
const cancel = (log: ReturnType<typeof aLog>, n: number, at = Date.now()) =>
  log.write(log.topics.control, run(n), { type: 'run.cancelled', run: run(n), at });

test('a cancelled run is known, and who listens for it is told once', async () => {
  const log = aLog();
  const told: number[] = [];
  await using cancellations = await followCancellations(log);
  cancellations.onCancel(run(1), 5, () => told.push(1));
  cancellations.onCancel(run(2), 5, () => told.push(2));
  const forget = cancellations.onCancel(run(1), 5, () => told.push(3));
  forget();
  cancel(log, 1);
  expect(told).toEqual([1]);
  expect([cancellations.isCancelled(run(1), 5), cancellations.isCancelled(run(2), 5)]).toEqual([true, false]);
});

test('a cancellation holds for what was asked for up to then, and for nothing that is asked for later', async () => {
  const log = aLog();
  let told = false;
  await using cancellations = await followCancellations(log);
  cancellations.onCancel(run(1), 101, () => (told = true));
  cancel(log, 1, 100);
  cancel(log, 1, 50);
  expect([99, 100, 101].map((asked) => cancellations.isCancelled(run(1), asked))).toEqual([true, true, false]);
  expect(told).toBe(false);
});

test('a cancellation that says it is of the future holds from when it came', async () => {
  const log = aLog();
  await using cancellations = await followCancellations(log);
  cancel(log, 1, Date.now() + 86_400_000);
  expect(cancellations.isCancelled(run(1), Date.now() + 1_000)).toBe(false);
  expect(cancellations.isCancelled(run(1), Date.now() - 60_000)).toBe(true);
});

test('only the newest cancellations are remembered', async () => {
  const log = aLog();
  await using cancellations = await followCancellations(log, { remembered: 2 });
  for (const n of [1, 2, 1, 3]) cancel(log, n);
  expect([1, 2, 3].map((n) => cancellations.isCancelled(run(n), 5))).toEqual([true, false, true]);
});

test('what is no cancellation is passed over', async () => {
  const log = aLog();
  await using cancellations = await followCancellations(log);
  for (const value of ['{', { type: 'run.cancelled', run: 'x', at: 1 }, null])
    log.write(log.topics.control, 'x', value);
  cancel(log, 1);
  expect(cancellations.isCancelled(run(1), 5)).toBe(true);
});
