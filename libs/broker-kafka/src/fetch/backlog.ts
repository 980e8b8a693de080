import type { Incoming } from '@millrace/broker';

/** The records of one partition that were read and not taken in hand yet, in the log's order. */
export class Backlog {
  private records: Incoming[] = [];
  private head = 0;
  /** Bytes of the records in it. */
  bytes = 0;
  /** The offset to read on from: all below has been read. */
  position = 0;

  get size(): number {
    return this.records.length - this.head;
  }

  /** Adds what was read from the position on up to `next`; what is read twice is dropped. */
  add(records: readonly Incoming[], next: number): void {
    for (const record of records) {
      if (record.offset < this.position) continue;
      this.records.push(record);
      this.bytes += weigh(record);
    }
    this.position = Math.max(this.position, next);
  }

  peek(index = 0): Incoming | undefined {
    return this.records[this.head + index];
  }

  /** Returns the first records, so many and of so many bytes at most, but one at least if there is one. */
  first(most: { readonly records: number; readonly bytes: number }): readonly Incoming[] {
    const records: Incoming[] = [];
    let bytes = 0;
    for (let record = this.peek(); record && records.length < most.records; record = this.peek(records.length)) {
      bytes += weigh(record);
      if (bytes > most.bytes && records.length > 0) break;
      records.push(record);
    }
    return records;
  }

  shift(): Incoming | undefined {
    const record = this.records[this.head];
    if (!record) return undefined;
    this.bytes -= weigh(record);
    this.records[this.head++] = undefined as never;
    if (this.head === this.records.length) {
      this.records = [];
      this.head = 0;
    } else if (this.head >= 1_024 && this.head * 2 > this.records.length) {
      this.records = this.records.slice(this.head);
      this.head = 0;
    }
    return record;
  }

  /** Leaves out everything below `offset`, read or not. */
  skipTo(offset: number): void {
    for (let first = this.peek(); first && first.offset < offset; first = this.peek()) this.shift();
    this.position = Math.max(this.position, offset);
  }

  /** The log is another one now: forget what was read and go on at `offset`. */
  restart(offset: number): void {
    this.records = [];
    this.head = 0;
    this.bytes = 0;
    this.position = offset;
  }
}

/** About what a record takes in memory. */
export function weigh({ key, value }: Incoming): number {
  return 200 + (key?.length ?? 0) + (value?.length ?? 0);
}
