import type { PartitionLag } from '@millrace/broker';
import { groupsOf, topicsOf } from '@millrace/contracts';
import { Progress } from './progress.js';

test('a partition whose backlog does not move for 15 seconds is named, and no more once it moves', async () => {
  let at = 0;
  let committed = 3;
  const topics = topicsOf();
  const lag = (_: string, topic: string): Promise<PartitionLag[]> =>
    Promise.resolve([{ topic, partition: 1, committed, end: 5, backlog: topic === topics.runs ? 2 : 0 }]);
  using progress = new Progress({ topics, groups: groupsOf(), broker: { lag } }, () => at);
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
