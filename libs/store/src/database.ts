import { mkdir } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { type Arrays, BINARY_ARRAYS, PLAIN_ARRAYS } from './arrays.js';
import { PGliteThread, type Queries } from './pglite-thread.js';
import { migrations, type Tables } from './schema.js';

/** Runs one statement; `name` lets the server keep its plan. */
export type Query = <Row>(text: string, values: readonly unknown[], name?: string) => Promise<readonly Row[]>;

/** One SQL on two servers: PostgreSQL over the wire, or PGlite in this process. */
export interface Database extends AsyncDisposable {
  /** For lists and look-ups. */
  readonly db: Kysely<Tables>;
  /** For what is written thousands of times a second. */
  readonly query: Query;
  /** How many values become one parameter. */
  readonly arrays: Arrays;
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
}

const queryOn =
  (client: { query(q: pg.QueryConfig): Promise<{ rows: unknown[] }> }): Query =>
  async <Row>(text: string, values: readonly unknown[], name?: string) => {
    const result = await client.query({ text, values: values as unknown[], ...(name !== undefined && { name }) });
    return result.rows as Row[];
  };

/** @param url e.g. `postgres://user:password@host:5432/database` */
export function openPostgres(url: string, onError: (error: Error) => void): Database {
  const pool = new pg.Pool({ connectionString: url, max: 8, application_name: 'millrace' });
  pool.on('error', onError); // An idle connection that breaks: the pool makes another.
  // One that breaks in use fails what it is used for, and says so once more: with nobody to hear it the process would end.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    query: queryOn(pool),
    arrays: BINARY_ARRAYS,
    async transaction(work) {
      const client = await pool.connect();
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

/** A PostgreSQL inside this process, kept in `dir`. */
export async function openPGlite(dir: string): Promise<Database> {
  await mkdir(dir, { recursive: true });
  const server = new PGliteThread(dir);
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: server as unknown as PGlite }) });
  const queryOf =
    (on: Queries): Query =>
    async <Row>(text: string, values: readonly unknown[]) =>
      (await on.query(text, values)).rows as Row[];
  return {
    db,
    query: queryOf(server),
    arrays: PLAIN_ARRAYS,
    transaction: (work) => server.transaction((inner) => work(queryOf(inner))),
    async [Symbol.asyncDispose]() {
      await db.destroy();
      await server.close();
    },
  };
}

/** Brings the tables to this version; safe with several instances starting at once. */
export async function migrate({ db }: Database): Promise<void> {
  const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
  if (error) throw new Error('The database could not be migrated.', { cause: error });
}
