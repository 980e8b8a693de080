import { appendFile, copyFile, mkdir, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Fact } from '@millrace/contracts';
import { changed, commitOf, completed, newRun } from '../conformance/runs.fixture.js';
import { migrate } from '../database.js';
import { StoreUnavailable } from '../errors.js';
import { type Store, storeOn } from '../open.js';
import { openSqlite } from './open-sqlite.js';
import { databaseOn } from './sqlite.js';
import { WalSync } from './wal-sync.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-power-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const TOPIC = 'runs';
const FILES = ['store.sqlite', 'store.sqlite-wal'];
/** The bytes that a disk may have in the place of blocks that were not synced. */
const NOT_SYNCED = [Buffer.alloc(0), Buffer.alloc(5_000), Buffer.alloc(5_000, 'torn')];
const run = newRun();

/** Writes the `n`th batch: a fact of a run, and where the partition stands after it. */
const commit = (store: Store, n: number, size = 300) =>
  store.writer.commit(
    commitOf({
      topic: TOPIC,
      expected: n === 1 ? null : n - 1,
      next: n,
      changes: [changed(run, { created: n === 1, fromSeq: n, facts: [completed(`step-${n}`, 'x'.repeat(size))] })],
    }),
  );

/** Opens a store, returns the number of batches in it, and checks that each is whole and none before the last is missing. */
async function batchesIn(folder: string): Promise<number> {
  await using database = await openSqlite(folder);
  const store = storeOn(database);
  const position = await store.writer.position(TOPIC, 0);
  const facts: readonly Fact[] = (await store.reader.run(run.id))?.facts ?? [];
  const batches = position?.next ?? 0;
  expect(facts.map((fact) => fact.type === 'step.completed' && fact.step)).toEqual(
    Array.from({ length: batches }, (_, i) => `step-${i + 1}`),
  );
  expect(position?.answer?.toString()).toBe(batches === 0 ? undefined : '[]');
  expect(await database.query('pragma integrity_check', [])).toEqual([{ integrity_check: 'ok' }]);
  return batches;
}

/** Copies the files as they are now, as the system's cache has them when a process is killed. */
async function copyTo(folder: string): Promise<string> {
  await mkdir(folder);
  for (const name of FILES) await copyFile(join(dir, name), join(folder, name));
  return folder;
}

const walSize = async () => (await stat(join(dir, FILES[1]!))).size;

test('wherever a power failure cuts off what was not synced, the store opens and has every batch that it answered for', async () => {
  await using database = await openSqlite(dir);
  const store = storeOn(database);
  const before = await walSize();
  /** The bytes that were on the disk when each batch was answered for. */
  const synced: number[] = [];
  for (let n = 1; n <= 12; n++) {
    await commit(store, n);
    synced.push(await walSize());
  }
  const copy = await copyTo(join(dir, 'copy'));
  const failed = join(dir, 'failed');
  const cuts = [...synced, ...synced.map((size) => size - 1), ...synced.map((_, i) => before + i * 3_001)];
  for (const [i, cut] of cuts.entries()) {
    await rm(failed, { recursive: true, force: true });
    await mkdir(failed);
    for (const name of FILES) await copyFile(join(copy, name), join(failed, name));
    await truncate(join(failed, FILES[1]!), cut);
    await appendFile(join(failed, FILES[1]!), NOT_SYNCED[i % NOT_SYNCED.length]!);
    expect(await batchesIn(failed)).toBe(synced.filter((size) => size <= cut).length);
  }
}, 60_000);

test('a store whose process is killed at any time has every batch that it answered for, also around checkpoints', async () => {
  await using database = await openSqlite(dir);
  const store = storeOn(database);
  for (let n = 1; n <= 160; n++) {
    await commit(store, n, 60_000);
    if (n % 20 !== 0) continue;
    const folder = await copyTo(join(dir, `killed-${n}`));
    expect(await batchesIn(folder)).toBe(n);
    await rm(folder, { recursive: true });
  }
  // The log was begun again more than once meanwhile: it is shorter than what was written.
  expect(await walSize()).toBeLessThan(160 * 60_000);
}, 60_000);

/** A store whose disk syncs when it is told to. */
async function onSlowDisk() {
  const file = join(dir, 'slow.sqlite');
  await writeFile(file, '');
  const sqlite = new DatabaseSync(file);
  sqlite.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal');
  let held: { resolve: () => void; reject: (error: Error) => void }[] | undefined;
  const datasync = () =>
    held === undefined
      ? Promise.resolve()
      : new Promise<void>((resolve, reject) => void held!.push({ resolve, reject }));
  const database = databaseOn(sqlite, new WalSync({ datasync, close: () => Promise.resolve() }));
  await migrate(database);
  return {
    store: storeOn(database),
    hold: () => void (held = []),
    /** The syncs that are under way. */
    syncs: () => held?.length ?? 0,
    end: (error?: Error) => {
      const ended = held ?? [];
      held = [];
      for (const { resolve, reject } of ended)
        if (error) reject(error);
        else resolve();
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** Lets everything go on that does not wait for the disk. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('nothing is answered before it is on the disk: no commit, and no question about what a commit wrote', async () => {
  await using slow = await onSlowDisk();
  slow.hold();
  const answered: string[] = [];
  const committed = commit(slow.store, 1).then(() => answered.push('commit'));
  await turn();
  const read = slow.store.reader.run(run.id).then((found) => answered.push(`read ${found?.facts.length}`));
  await turn();
  expect([answered, slow.syncs()]).toEqual([[], 1]);
  slow.end();
  await committed;
  while (!answered.includes('read 1')) {
    slow.end();
    await turn();
  }
  await read;
});

test('one sync is enough for all commits that came while the disk was busy', async () => {
  await using slow = await onSlowDisk();
  slow.hold();
  const first = commit(slow.store, 1);
  await turn();
  const others = [2, 3, 4, 5].map((n) => commit(slow.store, n));
  await turn();
  slow.end();
  await first;
  await turn();
  expect(slow.syncs()).toBe(1);
  slow.end();
  await Promise.all(others);
});

test('after a sync has failed the store answers for nothing until it is opened again', async () => {
  await using slow = await onSlowDisk();
  slow.hold();
  const committed = commit(slow.store, 1);
  await turn();
  slow.end(Object.assign(new Error('no room'), { code: 'ENOSPC' }));
  await expect(committed).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', full: true });
  await expect(slow.store.reader.run(run.id)).rejects.toBeInstanceOf(StoreUnavailable);
  expect(await slow.store.reader.healthy()).toBe(false);
});
