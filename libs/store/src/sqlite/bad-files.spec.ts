import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { changed, commitOf, completed, createRun, newRun } from '../conformance/runs.fixture.js';
import { migrate } from '../database.js';
import { StoreUnavailable, StoreUnusable } from '../errors.js';
import { storeOn } from '../open.js';
import { openSqlite } from './open-sqlite.js';
import { migrations } from './schema.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-bad-files-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const file = () => join(dir, 'store.sqlite');

/** Makes a store with one run in it. */
async function storeWithRun() {
  const run = newRun();
  await using database = await openSqlite(dir);
  await createRun(storeOn(database), run);
  return run;
}

/** The run is read back: nothing that was refused has changed the files. */
async function expectRun(id: string): Promise<void> {
  await using database = await openSqlite(dir);
  expect(await storeOn(database).reader.run(id)).toMatchObject({ id, facts: [{ type: 'run.accepted' }] });
}

const refused = async (): Promise<string> => {
  const error: unknown = await openSqlite(dir).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StoreUnusable);
  return (error as Error).message;
};

test('a second process on the folder is refused with a sentence, and the first goes on', async () => {
  await using first = await openSqlite(dir);
  expect(await refused()).toBe(
    `The store in ${dir} cannot be opened: another process has it open. SQLite serves one process: end the other one, ` +
      'name another MILLRACE_DATA, or set DATABASE_URL to a PostgreSQL, which serves several.',
  );
  const run = newRun();
  await createRun(storeOn(first), run);
  expect(await storeOn(first).reader.run(run.id)).toMatchObject({ id: run.id });
});

test.each([
  ['cut short', () => truncate(file(), 12_288), 'its files are damaged (database disk image is malformed)'],
  ['cut off within its first page', () => truncate(file(), 700), 'its files are damaged'],
  [
    'another file',
    () => writeFile(file(), 'Dear diary, '.repeat(1_000)),
    'its files are damaged (file is not a database)',
  ],
  ['empty', () => truncate(file(), 0), 'is empty, though it was written before'],
])('a store that is %s is refused with a sentence that says what to do', async (_, spoil, why) => {
  const { id } = await storeWithRun();
  await copyFile(file(), join(dir, 'copy'));
  await spoil();
  const spoilt = await readFile(file());
  const told = await refused();
  expect(told).toContain(why);
  expect(told).toMatch(/Put a copy in (their|its) place, or name another MILLRACE_DATA\.$/);
  expect((await readFile(file())).equals(spoilt)).toBe(true);
  await copyFile(join(dir, 'copy'), file());
  await expectRun(id);
});

test('a store whose log is there without it is refused, and not begun anew', async () => {
  await storeWithRun();
  await rm(file());
  await writeFile(`${file()}-wal`, 'the rest');
  expect(await refused()).toContain(
    'store.sqlite is missing, and only its log is there. Put a copy of both in their place',
  );
  expect(await readdir(dir)).toEqual(['store.sqlite-wal']);
});

test('a folder with the data of PGlite is refused with what to do, and left as it is', async () => {
  await mkdir(join(dir, 'base'));
  await writeFile(join(dir, 'PG_VERSION'), '17\n');
  const told = await refused();
  expect(told).toContain('was written by an earlier version of Millrace, which kept it in PGlite');
  expect(told).toContain('start the earlier version; to begin anew, name another MILLRACE_DATA.');
  expect((await readdir(dir)).sort()).toEqual(['PG_VERSION', 'base']);
});

test('a store that a newer version has written is refused, and left as it is', async () => {
  const { id } = await storeWithRun();
  const mark = (text: string) => async () => {
    await using database = await openSqlite(dir);
    await database.query(text, []);
  };
  await mark(`insert into kysely_migration (name, timestamp) values ('999-future', '2030-01-01')`)();
  const told = await refused();
  expect(told).toContain('was written by a newer version of Millrace');
  expect(told).toContain('999-future');
  expect(told).toContain('Start the newer version again');
  const { DatabaseSync } = await import('node:sqlite');
  const sqlite = new DatabaseSync(file());
  sqlite.exec(`delete from kysely_migration where name = '999-future'`);
  sqlite.close();
  await expectRun(id);
});

const later = (up: (db: Kysely<unknown>) => Promise<void>) => ({
  getMigrations: async () => ({ ...(await migrations.getMigrations()), '999-later': { up } }),
});

test('a store that is older by a version is brought to this one, with its runs', async () => {
  const { id } = await storeWithRun();
  {
    await using database = await openSqlite(dir);
    const adds = (db: Kysely<unknown>) =>
      sql`alter table runs add column tags json_text`.execute(db).then(() => undefined);
    await migrate({ db: database.db, migrations: later(adds) });
    await database.query(`update runs set tags = '["kept"]' where id = $1`, [id]);
    expect(await database.query('select id, tags from runs', [])).toEqual([{ id, tags: ['kept'] }]);
  }
});

test('a change of the tables that fails half-way leaves the store as it was', async () => {
  const { id } = await storeWithRun();
  {
    await using database = await openSqlite(dir);
    const fails = async (db: Kysely<unknown>) => {
      await sql`drop table runs`.execute(db);
      await sql`create table runs (`.execute(db);
    };
    await expect(migrate({ db: database.db, migrations: later(fails) })).rejects.toThrow('could not be migrated');
  }
  await expectRun(id);
});

test('a full disk is told as one, the store is not ready, and with room again it goes on with all it has answered', async () => {
  await using database = await openSqlite(dir);
  const store = storeOn(database);
  const run = newRun();
  await createRun(store, run);
  const [size] = await database.query<{ page_count: number }>('pragma page_count', []);
  await database.query(`pragma max_page_count = ${size!.page_count + 8}`, []);
  const steps = ['a'];
  const commit = (step: string) =>
    store.writer.commit(
      commitOf({
        topic: 'runs',
        expected: steps.length === 1 ? null : steps.length - 1,
        next: steps.length,
        changes: [changed(run, { fromSeq: steps.length + 1, facts: [completed(step, 'x'.repeat(2_000))] })],
      }),
    );
  const fill = async () => {
    for (;;) {
      await commit(steps.at(-1)!);
      steps.push(`step-${steps.length}`);
    }
  };
  const error: unknown = await fill().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreUnavailable);
  expect(error).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    full: true,
    message: 'There is no room on the disk of the store.',
  });
  expect(await store.reader.healthy()).toBe(false);
  expect((await store.reader.run(run.id))?.facts).toHaveLength(steps.length);
  await database.query('pragma max_page_count = 100000', []);
  expect(await store.reader.healthy()).toBe(true);
  await commit(steps.at(-1)!);
  expect((await store.reader.run(run.id))?.facts).toHaveLength(steps.length + 1);
});

test('nobody else on the machine may read the store', async () => {
  await chmod(dir, 0o755);
  const folder = join(dir, 'store');
  await using database = await openSqlite(folder);
  await createRun(storeOn(database), newRun());
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
  expect(await modeOf(folder)).toBe(0o700);
  for (const name of await readdir(folder)) expect([name, await modeOf(join(folder, name))]).toEqual([name, 0o600]);
});
