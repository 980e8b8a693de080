import fs from 'node:fs';
import { jest } from '@jest/globals';
import { temporaryDirectory, until } from '../testing/logs.js';
import { embeddedBroker } from '../embedded-broker.js';

afterEach(() => jest.restoreAllMocks());

test('what a chain of consumers that answer at once writes is on the disk with one sync', async () => {
  await using runtime = temporaryDirectory();
  await using broker = await embeddedBroker(runtime);
  const topics = Array.from({ length: 8 }, (_, n) => `hop-${n}`);
  await broker.ensureTopics(topics.map((name) => ({ name, partitions: 1 })));
  for (const [n, topic] of topics.slice(0, -1).entries())
    await broker.consume({ topic, group: topic, concurrency: 1 }, ({ key, value }) =>
      Promise.resolve([{ topic: topics[n + 1]!, key: String(key), value: String(value) }]),
    );
  const seen: string[] = [];
  const tail = await broker.tail(topics.slice(-1), 'end', ({ value }) => seen.push(String(value)));
  await tail.caughtUp;
  const syncs = jest.spyOn(fs, 'fdatasync');
  // The time for which a sync may wait does not pass, however busy the machine is.
  jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  await broker.publish([{ topic: topics[0]!, key: 'k', value: 'v' }]);
  expect(syncs).toHaveBeenCalledTimes(1);
  await until('the last topic has the record', () => seen.length === 1);
  expect(syncs).toHaveBeenCalledTimes(1);
});
