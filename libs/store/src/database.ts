import { type Kysely, type MigrationProvider, Migrator } from 'kysely';
import type { Dialect } from './dialect.js';
import { StoreUnusable } from './errors.js';
import type { Commit } from './commit.js';
import type { Tables } from './tables.js';

/** SQL that is the same in every dialect, or is written for the one that it is run in. Parameters are `$1`, `$2`, …; times are in milliseconds. */
export type Statement = string | ((dialect: Dialect) => string);

/** A statement that reads rows from the relation `u`; `rows` stands for that relation in its one FROM clause. */
export type RowsStatement = (rows: string, dialect: Dialect) => string;

/** One column of the relation that a statement is run over. */
export interface Column {
  readonly type: 'text' | 'int' | 'float';
  readonly values: readonly (string | number | null)[];
}

/** By name, in the order of `u`. */
export type Columns = Readonly<Record<string, Column>>;

export const texts = (values: readonly (string | null)[]): Column => ({ type: 'text', values });
export const ints = (values: readonly number[]): Column => ({ type: 'int', values });
export const floats = (values: readonly (number | null | undefined)[]): Column => ({
  type: 'float',
  values: values.map((value) => value ?? null),
});

/** The part of a commit that nearly every batch has: its position, its answer, facts and rows of runs. */
export type Batch = Pick<Commit, 'topic' | 'partition' | 'expected' | 'next' | 'answer' | 'changes'>;

/** Names that are locked for different reasons never wait for each other. */
export type LockSpace = 'deployments' | 'acts' | 'slots' | 'signals' | 'batches' | 'outputs' | 'holds';

/** Asks the database. Outside a transaction each call is one by itself. */
export interface Query {
  /** Runs one statement; `name` lets a server keep its plan. */
  <Row>(statement: Statement, values: readonly unknown[], name?: string): Promise<readonly Row[]>;
  /** Runs a statement over rows, which are given by their columns. */
  each<Row>(statement: RowsStatement, columns: Columns, name?: string): Promise<readonly Row[]>;
  /** Writes a batch: all of it or nothing. Resolves to false where the partition does not stand at `expected`. */
  batch(batch: Batch): Promise<boolean>;
  /** Keeps everybody else from locking these names until the transaction ends. */
  lock(space: LockSpace, names: readonly string[]): Promise<void>;
}

/** A database with the tables of the store. Each adapter opens one: PostgreSQL over the wire, or SQLite in this process. */
export interface Database extends AsyncDisposable {
  /** For lists and look-ups. */
  readonly db: Kysely<Tables>;
  /** Asks without Kysely: statements that run thousands of times a second. */
  readonly query: Query;
  readonly dialect: Dialect;
  readonly migrations: MigrationProvider;
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Resolves to false while the database cannot be reached, or is known to take no writes. */
  healthy(): Promise<boolean>;
}

/**
 * Brings the tables to this version; safe with several instances starting at once.
 * @throws {StoreUnusable} where a newer version of Millrace has written them
 */
export async function migrate({ db, migrations }: Pick<Database, 'db' | 'migrations'>): Promise<void> {
  const { error } = await new Migrator({ db, provider: migrations }).migrateToLatest();
  if (error === undefined) return;
  const [, newer] = /previously executed migration (\S+) is missing/.exec((error as Error).message) ?? [];
  if (newer === undefined) throw new Error('The database could not be migrated.', { cause: error });
  throw new StoreUnusable(
    `The store was written by a newer version of Millrace (its tables have the change ${newer}, which this version does not know). ` +
      'Nothing was changed. Start the newer version again, or name another store.',
    { cause: error },
  );
}
