import { randomId } from '@millrace/contracts';
import pg from 'pg';
import { openStore } from '../open.js';
import { commitOf } from '../conformance/runs.fixture.js';

const databaseUrl = process.env['DATABASE_URL']!;
const PARTITIONS = 8;
const COMMITS = 10_000;
const MB = 1024 * 1024;
/** `answers` is emptied at 16 MB, asked for every 4 MB; what is being written meanwhile comes on top. */
const MOST_BYTES = 32 * MB;

/** A database without other people's transactions and tables, and a client of it. */
async function ownDatabase() {
  await using opening = new AsyncDisposableStack();
  const name = randomId('room');
  const server = new pg.Client({ connectionString: databaseUrl });
  await server.connect();
  opening.defer(() => server.end());
  await server.query(`create database ${name}`);
  opening.defer(async () => void (await server.query(`drop database ${name} with (force)`)));
  const url = Object.assign(new URL(databaseUrl), { pathname: `/${name}` }).href;
  const client = opening.adopt(new pg.Pool({ connectionString: url }), (one) => one.end());
  client.on('error', () => undefined); // The database goes while a connection is being closed.
  const opened = opening.move();
  return { url, client, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const sizeOf = async (client: pg.Pool): Promise<number> => {
  const { rows } = await client.query<{ bytes: number }>(
    `select (pg_total_relation_size('positions') + pg_total_relation_size('answers'))::int as bytes`,
  );
  return rows[0]!.bytes;
};

test(`${COMMITS} commits with answers of 20 kB each leave no more than ${MOST_BYTES / MB} MB behind, while a transaction of somebody else stays open`, async () => {
  await using database = await ownDatabase();
  await using store = await openStore({ databaseUrl: database.url, dataDir: '' });
  const reader = new pg.Client({ connectionString: database.url });
  await reader.connect();
  // Nothing that dies from here on may be vacuumed.
  await reader.query('begin isolation level repeatable read');
  await reader.query('select count(*) from positions');
  const topic = randomId('topic');
  const answer = Buffer.alloc(20_000, 'answer');
  let most = 0;
  const commits = async (partition: number) => {
    for (let next = 1; next <= COMMITS / PARTITIONS; next++) {
      await store.writer.commit(commitOf({ topic, partition, expected: next === 1 ? null : next - 1, next, answer }));
      if (next % 50 === 0) most = Math.max(most, await sizeOf(database.client));
    }
  };
  await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => commits(partition)));
  expect(most).toBeLessThan(MOST_BYTES);
  expect(await store.writer.position(topic, 3)).toEqual({
    next: COMMITS / PARTITIONS,
    began: COMMITS / PARTITIONS - 1,
    answer,
  });
  await reader.query('commit');
  await reader.end();
}, 180_000);

test('a partition that has stood still for long keeps its answer, however many others commit', async () => {
  await using database = await ownDatabase();
  await using store = await openStore({ databaseUrl: database.url, dataDir: '' });
  const topic = randomId('topic');
  const still = Buffer.from('still to be published');
  await store.writer.commit(commitOf({ topic, partition: 1, next: 7, answer: still }));
  const answer = Buffer.alloc(1_000_000, 'answer');
  for (let next = 1; next <= 60; next++)
    await store.writer.commit(commitOf({ topic, partition: 0, expected: next === 1 ? null : next - 1, next, answer }));
  expect(await store.writer.position(topic, 1)).toEqual({ next: 7, began: 0, answer: still });
  expect(await sizeOf(database.client)).toBeLessThan(MOST_BYTES);
});

test('while a backup has locked the tables commits go on, and the room is given back afterwards', async () => {
  await using database = await ownDatabase();
  await using store = await openStore({ databaseUrl: database.url, dataDir: '' });
  const topic = randomId('topic');
  const answer = Buffer.alloc(1_000_000, 'answer');
  const backup = new pg.Client({ connectionString: database.url });
  await backup.connect();
  await backup.query('begin isolation level repeatable read');
  await backup.query('lock table answers, positions in access share mode');
  let next = 0;
  const commit = () =>
    store.writer.commit(commitOf({ topic, partition: 0, expected: next === 0 ? null : next, next: ++next, answer }));
  while (next < 40) await commit();
  await backup.end();
  while (next < 60) await commit();
  expect(await sizeOf(database.client)).toBeLessThan(MOST_BYTES);
  expect((await store.writer.position(topic, 0))?.next).toBe(60);
});
