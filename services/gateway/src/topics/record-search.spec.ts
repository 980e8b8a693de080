import { TopicLog } from '../testing/topic-log.js';
import { searchRecords, type SearchBounds, SEARCH_BOUNDS } from './record-search.js';
import type { Order } from './partition-reader.js';

const TOPIC = 'topic';

async function search(log: TopicLog, over: Partial<SearchBounds> & { order?: Order; gone?: AbortSignal } = {}) {
  const { order = 'newest', gone = new AbortController().signal, ...bounds } = over;
  const found = await searchRecords({
    broker: log,
    ranges: await log.ranges(TOPIC),
    positions: new Map(),
    order,
    limit: 1_000,
    fits: () => true,
    bounds: { ...SEARCH_BOUNDS, ...bounds },
    gone,
  });
  return { ...found, values: found.records.map(({ value }) => String(value).slice(0, 8).trim()) };
}

function filled(n: number, bytes = 0): TopicLog {
  const log = new TopicLog();
  for (let i = 0; i < n; i++) {
    const value = `${i}`.padEnd(bytes);
    log.add({ topic: TOPIC, partition: i % 3, key: null, value }, i);
  }
  return log;
}

test.each([
  ['records', { records: 5 }, 'records', 5],
  ['bytes', { bytes: 300 }, 'bytes', 3],
  ['bytes of what is found', { foundBytes: 500 }, 'bytes', 5],
])('a search ends at its bound of %s, and says where to go on', async (_, bounds, ended, count) => {
  const found = await search(filled(30, 100), bounds);
  expect([found.ended, found.records.length]).toEqual([ended, count]);
  expect([...found.next!.values()].reduce((sum, at) => sum + at, 0)).toBe(30 - count);
});

test.each(['newest', 'oldest'] as const)(
  'records that are large are read in parts, none twice: %s first',
  async (order) => {
    const found = await search(filled(40, 300_000), { order, bytes: Infinity, foundBytes: Infinity });
    const all = Array.from({ length: 40 }, (_, n) => `${n}`);
    expect(found.values).toEqual(order === 'oldest' ? all : all.reverse());
    expect(found.next).toBeUndefined();
  },
);

test('what was being read when the caller left is read again by whoever goes on', async () => {
  const log = filled(30);
  const gone = new AbortController();
  log.onRead = () => gone.abort();
  const found = await search(log, { gone: gone.signal });
  expect([found.ended, found.records, found.next]).toEqual([
    'time',
    [],
    new Map([0, 1, 2, 3].map((n) => [n, n < 3 ? 10 : 0])),
  ]);
});

test('gaps that transactions and compaction leave are passed over in both directions', async () => {
  const log = filled(60);
  const browse = log.browse;
  // Only every fifth offset has a record.
  log.browse = async (at) =>
    (await browse({ ...at, limit: Infinity })).filter(({ offset }) => offset % 5 === 0).slice(0, at.limit);
  const newest = await search(log);
  expect(newest.records).toHaveLength(12);
  expect((await search(log, { order: 'oldest' })).values).toEqual(newest.values.toReversed());
});
