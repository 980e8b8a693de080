import type { PartitionLag } from '@millrace/broker';
import { groupsOf, topicsOf } from '@millrace/contracts';
import { ProgressFeed } from './progress.js';

test('a partition whose backlog does not move for 15 seconds is named, and no more once it moves', async () => {
  let at = 0;
  let committed = 3;
  const topics = topicsOf();
  const lag = (_: string, topic: string): Promise<PartitionLag[]> =>
    Promise.resolve([{ topic, partition: 1, start: 0, committed, end: 5, backlog: topic === topics.runs ? 2 : 0 }]);
  const browse = () => Promise.resolve([]);
  using progress = new ProgressFeed({ topics, groups: groupsOf(), broker: { lag, browse } }, { now: () => at });
  const lookAt = async (time: number) => {
    at = time;
    await progress.look();
    return progress.still;
  };
  expect(await lookAt(0)).toEqual([]);
  expect(await lookAt(14_000)).toEqual([]);
  expect(await lookAt(16_000)).toEqual(['partition 1 of millrace.runs has 2 records and has not moved for 16 s']);
  committed = 4;
  expect(await lookAt(17_000)).toEqual([]);
});

test('a store that is older than what was committed is named, with the command that helps', async () => {
  const topics = topicsOf();
  const lag = (_: string, topic: string): Promise<PartitionLag[]> =>
    Promise.resolve([{ topic, partition: 0, start: 0, committed: 9, end: 9, backlog: 0 }]);
  const record = { topic: topics.runs, partition: 0, offset: 7, key: null, value: null, headers: {}, timestamp: 0 };
  let next = 4;
  const reader = {
    standings: (all: readonly string[]) =>
      Promise.resolve(all.map((topic) => ({ topic, partition: 0, next, began: 3 }))),
  };
  const runtime = { topics, groups: groupsOf(), broker: { lag, browse: () => Promise.resolve([record]) } };
  using progress = new ProgressFeed(runtime, { reader });
  await progress.look();
  expect(progress.still[0]).toMatch(/older than what Kafka was told .*store 4, group 9.*millrace recover/);
  next = 9;
  await progress.look();
  expect(progress.still).toEqual([]);
});
