import { Kysely } from 'kysely';
import type { DatabaseSync } from 'node:sqlite';
import type { Columns, Database, Query, RowsStatement, Statement } from '../database.js';
import type { Tables } from '../tables.js';
import { Connection } from './connection.js';
import { kyselyDialect } from './kysely-dialect.js';
import { migrations } from './schema.js';
import { sqliteDialect } from './sqlite-dialect.js';
import type { WalSync } from './wal-sync.js';
import { writeBatch } from './write-batch.js';

const written = (statement: Statement): string =>
  typeof statement === 'string' ? statement : statement(sqliteDialect);

/** Runs some statements, as one transaction where they are more than one. */
type Doing = <T>(work: () => T, transaction: boolean) => Promise<T>;

const texts = new WeakMap<RowsStatement, string>();

/** Returns a statement as it is run over one row, whose values are bound in their order. A statement has the same columns each time. */
function textOf(statement: RowsStatement, columns: Columns): string {
  let text = texts.get(statement);
  if (text === undefined) {
    const row = Object.keys(columns).map((name) => `? as ${name}`);
    text = statement(`(select ${row.join(', ')}) as u`, sqliteDialect);
    texts.set(statement, text);
  }
  return text;
}

function queryOn(connection: Connection, doing: Doing): Query {
  const query = <Row>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> =>
    doing(() => connection.run(written(statement), values) as readonly unknown[] as readonly Row[], false);
  return Object.assign(query, {
    each: <Row>(statement: RowsStatement, columns: Columns) => {
      const all = Object.values(columns);
      const text = textOf(statement, columns);
      const rows = Array.from({ length: all[0]?.values.length ?? 0 }, (_, row) => all.map(({ values }) => values[row]));
      return doing(
        () =>
          rows.flatMap((row) => connection.run(text, row, { named: false })) as readonly unknown[] as readonly Row[],
        rows.length > 1,
      );
    },
    batch: (batch) => doing(() => writeBatch(connection, batch), true),
    // A transaction has the store for itself.
    lock: () => Promise.resolve(),
  } satisfies Pick<Query, 'each' | 'batch' | 'lock'>);
}

/** Takes up room, and gives it back. */
const PROBE = [
  `insert into answers (topic, partition, next, answer) values ('', 0, 0, zeroblob(65536))`,
  `delete from answers where topic = ''`,
];

/** Tries to write after a write has failed, because reading goes on when the disk is full. */
async function isHealthy(connection: Connection): Promise<boolean> {
  try {
    for (const statement of connection.isAiling ? PROBE : ['select 1'])
      await connection.alone(() => connection.run(statement), { transaction: false });
    return true;
  } catch {
    return false;
  }
}

/** Returns a store's database on an open SQLite, whose write-ahead log `disk` syncs. */
export function databaseOn(sqlite: DatabaseSync, disk: WalSync): Database {
  const connection = new Connection(sqlite, disk);
  const db = new Kysely<Tables>({ dialect: kyselyDialect(connection) });
  const withinTransaction = queryOn(connection, async (work) => Promise.resolve(work()));
  return {
    db,
    dialect: sqliteDialect,
    migrations,
    query: queryOn(connection, (work, transaction) => connection.alone(work, { transaction })),
    healthy: () => isHealthy(connection),
    transaction: (work) => connection.alone(() => work(withinTransaction), { transaction: true }),
    async [Symbol.asyncDispose]() {
      const release = await connection.take();
      await db.destroy();
      await disk[Symbol.asyncDispose]();
      sqlite.close();
      release();
    },
  };
}
