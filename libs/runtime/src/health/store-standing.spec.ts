import type { Incoming } from '@millrace/broker';
import { comparePartitions, standingOf } from './store-standing.js';

test.each([
  ['a first start', undefined, null, 0, 'even'],
  ['records that nobody has taken yet', undefined, null, 50, 'even'],
  ['a store and a group at the same offset', { next: 9, began: 7 }, 9, 20, 'even'],
  [
    'a coordinator that died after the store was written and before the offset was',
    { next: 9, began: 7 },
    7,
    20,
    'even',
  ],
  ['one that died so with its first batch', { next: 9, began: 0 }, null, 20, 'even'],
  ['a topic that was made anew under its name', { next: 90, began: 80 }, null, 3, 'even'],
  ['a store that was put back', { next: 9, began: 7 }, 12, 20, 'behind'],
  ['an empty store under a group that has read', undefined, 12, 20, 'behind'],
  ['a group that was reset to the start', { next: 9, began: 7 }, 0, 20, 'reset'],
  ['a group that was reset to the start after its first batch', { next: 9, began: 0 }, 0, 20, 'reset'],
  ['a group whose offsets are lost', { next: 9, began: 7 }, null, 20, 'reset'],
] as const)('%s stands as it is told', (_, store, committed, end, standing) => {
  expect(standingOf({ store, committed, end })).toBe(standing);
});

const TOPIC = { topic: 't', group: 'g' };

async function standings(options: { next: number; committed: number; start?: number; records: readonly number[] }) {
  const { next, committed, start = 0, records } = options;
  const lag = () => Promise.resolve([{ topic: 't', partition: 0, start, committed, end: committed, backlog: 0 }]);
  const browse = ({ offset }: { offset: number }) =>
    Promise.resolve(records.filter((at) => at >= offset).map((at) => ({ offset: at }) as Incoming));
  const store = { standings: () => Promise.resolve([{ topic: 't', partition: 0, next, began: next }]) };
  return comparePartitions({ broker: { lag, browse }, store }, [TOPIC]);
}

test('ends of transactions between the store and the group are no records that the store lacks', async () => {
  expect(await standings({ next: 5, committed: 8, records: [2, 4] })).toMatchObject([
    { standing: 'even', from: 5, until: 5 },
  ]);
  expect(await standings({ next: 5, committed: 8, records: [2, 4, 6] })).toMatchObject([
    { standing: 'behind', from: 5, until: 8, gone: 0 },
  ]);
});

test('what retention has removed is counted, and never taken for nothing', async () => {
  expect(await standings({ next: 5, committed: 20, start: 12, records: [15] })).toMatchObject([
    { standing: 'behind', gone: 7 },
  ]);
  expect(await standings({ next: 5, committed: 20, start: 20, records: [] })).toMatchObject([
    { standing: 'behind', gone: 15 },
  ]);
});

test('where groups were reset, a partition that the store has never heard of is read again, too', async () => {
  const ends = { first: 20, second: 30, empty: 0 };
  const lag = (_: string, topic: string) =>
    Promise.resolve(
      Object.values(ends).map((end, partition) => ({ topic, partition, start: 0, committed: 0, end, backlog: end })),
    );
  const store = { standings: () => Promise.resolve([{ topic: 'intake', partition: 0, next: 9, began: 7 }]) };
  const topics = [
    { topic: 'intake', group: 'a' },
    { topic: 'runs', group: 'b' },
  ];
  const found = await comparePartitions({ broker: { lag, browse: () => Promise.resolve([]) }, store }, topics);
  expect(found.map(({ standing, from, until }) => [standing, from, until])).toEqual([
    ['reset', 9, 20],
    ['reset', 0, 30],
    ['even', 0, 0],
    ['reset', 0, 20],
    ['reset', 0, 30],
    ['even', 0, 0],
  ]);
});

test('a first start with records that nobody has taken yet is no reset', async () => {
  const lag = () => Promise.resolve([{ topic: 't', partition: 0, start: 0, committed: null, end: 9, backlog: 9 }]);
  const broker = { lag, browse: () => Promise.resolve([]) };
  const found = await comparePartitions({ broker, store: { standings: () => Promise.resolve([]) } }, [TOPIC]);
  expect(found).toMatchObject([{ standing: 'even', from: 0, until: 0 }]);
});
