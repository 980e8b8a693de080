import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../errors.js';
import { toldBySqlite } from './sqlite-errors.js';
import type { WalSync } from './wal-sync.js';

type Bound = null | number | bigint | string | Uint8Array;
type Row = Record<string, unknown>;
type Decode = (value: unknown) => unknown;

interface Prepared {
  readonly statement: StatementSync;
  readonly writes: boolean;
  /** The columns that are kept in another form. */
  readonly decoded: readonly (readonly [column: string, decode: Decode])[];
}

/** By the type that the schema gives a column. */
const DECODERS: Readonly<Record<string, Decode>> = {
  json_text: (value) => (typeof value === 'string' ? JSON.parse(value) : value),
  boolean: (value) => (typeof value === 'number' ? value !== 0 : value),
  blob: (value) => (ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value),
};

/** Lists have a text for each combination of filters; more than these are prepared anew. */
const MOST_PREPARED = 500;

/** One connection, used in turns: a transaction has it alone. */
export class Connection {
  private readonly prepared = new Map<string, Prepared>();
  private turn: Promise<void> | undefined;
  private hasWritten = false;
  private hasFailed = false;

  constructor(
    private readonly sqlite: DatabaseSync,
    private readonly disk: WalSync,
  ) {}

  /** A write has failed for another reason than its values, and none has succeeded since. */
  get isAiling(): boolean {
    return this.hasFailed;
  }

  /** Runs one statement at once, on values in the order of `$1`, `$2`, …, or of the question marks in it. */
  run(text: string, values: readonly unknown[] = [], { named = true } = {}): readonly Row[] {
    this.disk.check();
    try {
      const { statement, writes, decoded } = this.statementOf(text);
      this.hasWritten ||= writes;
      const rows = (
        named
          ? statement.all(Object.fromEntries(values.map((value, i) => [String(i + 1), bound(value)])))
          : statement.all(...values.map(bound))
      ) as Row[];
      for (const [column, decode] of decoded) for (const row of rows) row[column] = decode(row[column]);
      return rows;
    } catch (error) {
      throw this.told(error);
    }
  }

  begin(): void {
    this.control('begin immediate');
  }

  commit(): void {
    this.control('commit');
  }

  /** Undoes the transaction; a full disk and some other errors have done so already. */
  rollback(): void {
    this.hasWritten = false;
    if (this.sqlite.isTransaction) this.control('rollback');
  }

  /** Waits until nobody has the connection, and takes it until the function that is returned is called. */
  async take(): Promise<() => void> {
    while (this.turn) await this.turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.turn = promise;
    return () => {
      this.turn = undefined;
      resolve();
    };
  }

  /** Does work in one transaction, or as one statement, and resolves once it is on the disk, as `onDisk`. */
  async alone<T>(work: () => T | Promise<T>, { transaction }: { transaction: boolean }): Promise<T> {
    const release = await this.take();
    let onDisk: Promise<void>;
    let result: T;
    try {
      if (transaction) this.begin();
      result = await work();
      if (transaction) this.commit();
      onDisk = this.onDisk();
    } catch (error) {
      this.rollback();
      throw error;
    } finally {
      release();
    }
    await onDisk;
    return result;
  }

  /** Resolves once every commit so far is on the disk: what was written, and what others wrote and may have been read. */
  onDisk(): Promise<void> {
    if (this.hasWritten) {
      this.disk.wrote();
      this.hasFailed = false;
    }
    this.hasWritten = false;
    return this.disk.untilSynced();
  }

  private control(text: string): void {
    try {
      this.sqlite.exec(text);
    } catch (error) {
      throw this.told(error);
    }
  }

  private told(error: unknown): unknown {
    const told = toldBySqlite(error);
    this.hasFailed ||= told instanceof StoreUnavailable;
    return told;
  }

  private statementOf(text: string): Prepared {
    const known = this.prepared.get(text);
    if (known) return known;
    const statement = this.sqlite.prepare(text);
    const decoded = statement.columns().flatMap(({ name, type }) => {
      const decode = DECODERS[type?.toLowerCase() ?? ''];
      return decode ? [[name, decode] as const] : [];
    });
    if (this.prepared.size >= MOST_PREPARED) this.prepared.clear();
    const made = { statement, writes: !/^\s*select\b/i.test(text), decoded };
    this.prepared.set(text, made);
    return made;
  }
}

/** @throws {RangeError} for text that no other store keeps either */
function bound(value: unknown): Bound {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return Number(value);
  if (Array.isArray(value)) return JSON.stringify(value);
  if (typeof value === 'string' && value.includes('\0')) throw new RangeError('Text with a NUL cannot be stored.');
  return value as Bound;
}
