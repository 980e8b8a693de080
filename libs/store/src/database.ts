import { mkdir } from 'node:fs/promises';
import { Kysely, Migrator, PostgresDialect } from 'kysely';
import pg from 'pg';
import { toldAs } from './errors.js';
import { PGliteServer } from './pglite/pglite-server.js';
import { migrations, type Tables } from './schema/schema.js';

/** Runs one statement; `name` lets the server keep its plan. */
export type Query = <Row>(text: string, values: readonly unknown[], name?: string) => Promise<readonly Row[]>;

/** One SQL and one client on two servers: PostgreSQL over the wire, or PGlite in this process. */
export interface Database extends AsyncDisposable {
  /** For lists and look-ups. */
  readonly db: Kysely<Tables>;
  /** For what is written thousands of times a second. */
  readonly query: Query;
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
}

/**
 * Every list has an index in its own order. PostgreSQL, where it expects few rows, would rather gather all of them and sort them, and it cannot know how
 * many a filter on JSON or on two columns leaves: a bitmap of 100,000 rows for a page of 50. Compiling a plan takes longer than any statement here.
 */
const IN_ORDER = 'set enable_bitmapscan = off; set jit = off';

/** Prepares each new connection of a pool before it is used. */
const prepared =
  (statements: string): pg.PoolConfig['verify'] =>
  (client, done) =>
    void client.query(statements).then(() => done(), done);

/** Translates errors of the database into the store's errors. */
const told = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw toldAs(error);
  });

const queryOn =
  (client: { query(q: pg.QueryConfig): Promise<{ rows: unknown[] }> }): Query =>
  async <Row>(text: string, values: readonly unknown[], name?: string) => {
    const asked = { text, values: values as unknown[], ...(name !== undefined && { name }) };
    const result = await told(client.query(asked));
    return result.rows as Row[];
  };

/** @param url e.g. `postgres://user:password@host:5432/database` */
export function openPostgres(url: string, onError: (error: Error) => void): Database {
  const verify = prepared(IN_ORDER);
  return databaseOn(new pg.Pool({ connectionString: url, max: 8, application_name: 'millrace', verify }), onError);
}

/** A PostgreSQL inside this process, kept in `dir`. It survives the end of the process; what the machine's end leaves of it is up to the system's cache. */
export async function openPGlite(dir: string, onError: (error: Error) => void): Promise<Database> {
  await mkdir(dir, { recursive: true });
  const server = new PGliteServer(dir);
  const pool = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    user: 'postgres',
    database: 'postgres',
    ssl: false,
    stream: () => server.connect(),
    // Every connection is the same session, and the pool makes a new one after an error.
    verify: prepared(`rollback; deallocate all; ${IN_ORDER}`),
  });
  const database = databaseOn(pool, onError);
  return {
    ...database,
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function databaseOn(pool: pg.Pool, onError: (error: Error) => void): Database {
  pool.on('error', onError); // An idle connection that breaks: the pool makes another.
  // One that breaks in use fails what it is used for, and says so once more: with nobody to hear it the process would end.
  pool.on('connect', (client) => tellingOwnWords(client).on('error', () => undefined));
  const connect = () => told(pool.connect());
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { connect, end: () => pool.end() } }),
  });
  return {
    db,
    query: queryOn(pool),
    async transaction(work) {
      const client = await connect();
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const result = await work(queryOn(client));
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((cause: unknown) => {
          broken = new Error('The connection could not roll back', { cause });
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    async [Symbol.asyncDispose]() {
      await db.destroy();
      // Kysely leaves a pool alone that nothing was asked of through it.
      if (!pool.ending) await pool.end();
    },
  };
}

/** Makes every query of the client, Kysely's too, fail with the store's errors. */
function tellingOwnWords(client: pg.PoolClient): pg.PoolClient {
  const query = client.query.bind(client) as (...asked: unknown[]) => unknown;
  client.query = ((...asked: unknown[]) => {
    const result = query(...asked);
    return result instanceof Promise ? told(result) : result;
  }) as typeof client.query;
  return client;
}

/** Brings the tables to this version; safe with several instances starting at once. */
export async function migrate({ db }: Database): Promise<void> {
  const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
  if (error) throw new Error('The database could not be migrated.', { cause: error });
}
