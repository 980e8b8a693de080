import { runIdOf } from '@millrace/contracts';
import { followCancellations } from './index.js';
import { aLog } from './log.fixture.js';

const run = (n: number) => runIdOf('p', String(n));
const cancel = (log: ReturnType<typeof aLog>, n: number) =>
  log.write(log.topics.control, run(n), { type: 'run.cancelled', run: run(n), at: n });

test('a cancelled run is known, and who listens for it is told once', async () => {
  const log = aLog();
  const told: number[] = [];
  await using cancellations = await followCancellations(log);
  cancellations.onCancel(run(1), () => told.push(1));
  cancellations.onCancel(run(2), () => told.push(2));
  const forget = cancellations.onCancel(run(1), () => told.push(3));
  forget();
  cancel(log, 1);
  expect(told).toEqual([1]);
  expect([cancellations.isCancelled(run(1)), cancellations.isCancelled(run(2))]).toEqual([true, false]);
});

test('only the newest cancellations are remembered', async () => {
  const log = aLog();
  await using cancellations = await followCancellations(log, 2);
  for (const n of [1, 2, 1, 3]) cancel(log, n);
  expect([1, 2, 3].map((n) => cancellations.isCancelled(run(n)))).toEqual([true, false, true]);
});

test('what is no cancellation is passed over', async () => {
  const log = aLog();
  await using cancellations = await followCancellations(log);
  for (const value of ['{', { type: 'run.cancelled', run: 'x', at: 1 }, null])
    log.write(log.topics.control, 'x', value);
  cancel(log, 1);
  expect(cancellations.isCancelled(run(1))).toBe(true);
});
