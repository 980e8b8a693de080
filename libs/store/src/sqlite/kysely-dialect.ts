import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Connection } from './connection.js';

/** Lets Kysely ask through the connection that everybody else uses, in turns with them. */
export const kyselyDialect = (connection: Connection): Dialect => ({
  createAdapter: () => new TransactionalAdapter(),
  createDriver: () => driverOn(connection),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

/** A migration that fails leaves nothing behind: SQLite's DDL is part of transactions, which Kysely does not make use of. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class Turn implements DatabaseConnection {
  isInTransaction = false;

  constructor(
    private readonly connection: Connection,
    readonly release: () => void,
  ) {}

  async executeQuery<R>({ sql, parameters }: CompiledQuery) {
    const rows = this.connection.run(sql, parameters, { named: false }) as readonly unknown[] as R[];
    if (!this.isInTransaction) await this.connection.onDisk();
    return { rows };
  }

  async *streamQuery(): AsyncGenerator<never> {
    await Promise.reject(new Error('Rows of SQLite are not streamed.'));
  }
}

const driverOn = (connection: Connection): Driver => ({
  init: () => Promise.resolve(),
  acquireConnection: async () => new Turn(connection, await connection.take()),
  beginTransaction: (turn) => {
    (turn as Turn).isInTransaction = true;
    return Promise.resolve(connection.begin());
  },
  commitTransaction: (turn) => {
    (turn as Turn).isInTransaction = false;
    connection.commit();
    return connection.onDisk();
  },
  rollbackTransaction: (turn) => {
    (turn as Turn).isInTransaction = false;
    return Promise.resolve(connection.rollback());
  },
  releaseConnection: (turn) => Promise.resolve((turn as Turn).release()),
  destroy: () => Promise.resolve(),
});
