import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import {
  type Column,
  type Columns,
  type Database,
  type LockSpace,
  migrate,
  type Query,
  type RowsStatement,
  type Statement,
} from '../database.js';
import { StoreUnavailable } from '../errors.js';
import type { Tables } from '../tables.js';
import { AnswersRoom } from './answers.js';
import { floats, ints, texts } from './arrays.js';
import { postgresDialect } from './postgres-dialect.js';
import { isAway, toldAs } from './postgres-errors.js';
import { migrations } from './schema/schema.js';
import { batchStatement } from './write-batch.js';

/**
 * Every list has an index in its own order. PostgreSQL, where it expects few rows, would rather gather all of them and sort them, and it cannot know how
 * many a filter on JSON or on two columns leaves: a bitmap of 100,000 rows for a page of 50. Of a new table it knows nothing, plans for an empty one, and keeps
 * that plan: each batch would read the whole history. Compiling a plan takes longer than any statement here.
 */
const BY_INDEX = 'set enable_bitmapscan = off; set enable_seqscan = off; set jit = off';

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

interface Client {
  query(asked: pg.QueryConfig): Promise<{ rows: unknown[] }>;
}

/** The hashes of names, each in a space of its own: two coordinators of different versions lock the same. */
const HASHES: Readonly<Record<LockSpace, string>> = {
  deployments: 'hashtext(name)',
  acts: 'hashtextextended(name, 10)',
  slots: 'hashtextextended(name, 7)',
  signals: 'hashtextextended(name, 8)',
  batches: 'hashtextextended(name, 9)',
  outputs: 'hashtextextended(name, 11)',
  holds: 'hashtextextended(name, 12)',
};

const written = (statement: Statement): string =>
  typeof statement === 'string' ? statement : statement(postgresDialect);

const TYPES = { text: 'text[]', int: 'int[]', float: 'float8[]' } as const;

/** Returns a column in PostgreSQL's binary form. */
function encoded({ type, values }: Column): Buffer {
  if (type === 'text') return texts(values as (string | null)[]);
  return type === 'int' ? ints(values as number[]) : floats(values as (number | null)[]);
}

function queryOn(client: Client, room: AnswersRoom | undefined): Query {
  const run = async <Row>(asked: pg.QueryConfig): Promise<readonly Row[]> =>
    (await told(client.query(asked))).rows as Row[];
  const query = <Row>(statement: Statement, values: readonly unknown[], name?: string): Promise<readonly Row[]> =>
    run<Row>({ text: written(statement), values: values as unknown[], ...(name !== undefined && { name }) });
  return Object.assign(query, {
    each: <Row>(statement: RowsStatement, columns: Columns, name?: string) => {
      const types = Object.values(columns).map(({ type }, i) => `$${i + 1}::${TYPES[type]}`);
      const rows = `unnest(${types.join(', ')}) as u(${Object.keys(columns).join(', ')})`;
      return query<Row>(statement(rows, postgresDialect), Object.values(columns).map(encoded), name);
    },
    async batch(batch) {
      const [result] = await run<{ owners: number }>(batchStatement(batch));
      room?.wrote(batch.answer);
      return result?.owners === 1;
    },
    async lock(space, names) {
      // In one order everywhere, so that nobody waits for somebody who waits for them.
      const sorted = [...new Set(names)].sort();
      if (sorted.length > 0)
        await query(`select pg_advisory_xact_lock(${HASHES[space]}) from unnest($1::text[]) as name`, [sorted]);
    },
  } satisfies Pick<Query, 'each' | 'batch' | 'lock'>);
}

/**
 * Opens a PostgreSQL and brings its tables to this version.
 * @param url e.g. `postgres://user:password@host:5432/database`
 * @throws {StoreUnavailable} where none answers there yet
 */
export async function openPostgres(url: string, onError: (error: Error) => void): Promise<Database> {
  const verify = prepared(BY_INDEX);
  const pool = new pg.Pool({ connectionString: url, max: 8, application_name: 'millrace', verify });
  const database = databaseOn(pool, onError);
  try {
    await migrate(database);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    const { cause: told } = error as Error;
    const cause = told instanceof StoreUnavailable ? told.cause : told;
    if (isAway(cause)) throw new StoreUnavailable('The database cannot be reached.', { cause });
    throw error;
  }
  return database;
}

function databaseOn(pool: pg.Pool, onError: (error: Error) => void): Database {
  pool.on('error', onError); // An idle connection that breaks: the pool makes another.
  // One that breaks in use fails what it is used for, and says so once more: with nobody to hear it the process would end.
  pool.on('connect', (client) => tellingOwnWords(client).on('error', () => undefined));
  const connect = () => told(pool.connect());
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { connect, end: () => pool.end() } }),
  });
  const room = new AnswersRoom(queryOn(pool, undefined));
  const query = queryOn(pool, room);
  return {
    db,
    dialect: postgresDialect,
    migrations,
    query,
    async transaction(work) {
      const client = await connect();
      let broken: Error | undefined;
      try {
        await client.query('begin');
        const result = await work(queryOn(client, room));
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
    healthy: () =>
      query('select 1', []).then(
        () => true,
        () => false,
      ),
    async [Symbol.asyncDispose]() {
      await room.close();
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
