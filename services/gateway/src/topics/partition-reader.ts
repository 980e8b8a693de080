import type { Incoming, Inspection, PartitionRange } from '@millrace/broker';
import { present } from '@millrace/contracts';

/** About the bytes of one reading: an answer is made of several, so that it can end between them. */
const PAGE_BYTES = 1024 * 1024;
const MOST_AT_ONCE = 1_000;
const FEWEST = 16;

export type Order = 'newest' | 'oldest';

interface From {
  readonly broker: Pick<Inspection, 'browse'>;
  readonly range: PartitionRange;
  /** `oldest`: the first offset that is read. `newest`: the one behind the first that is read. */
  readonly position: number;
  readonly order: Order;
  /** Ends the reading. What was being read then is read again by whoever goes on. */
  readonly signal: AbortSignal;
}

/** Reads one partition record by record, forwards or backwards, and knows from where somebody else can go on. */
export class PartitionReader {
  private readonly buffer: Incoming[] = [];
  /** All on this side of it was read into the buffer. */
  private readTo: number;
  private position: number;
  private size = FEWEST;

  constructor(private readonly from: From) {
    const { range, position } = from;
    this.position = Math.min(Math.max(position, range.start), range.end);
    this.readTo = this.position;
  }

  get partition(): number {
    return this.from.range.partition;
  }

  /** The position from which a new reader goes on. */
  get next(): number {
    return this.position;
  }

  get isOver(): boolean {
    const { range, order } = this.from;
    return this.buffer.length === 0 && this.readTo === (order === 'oldest' ? range.end : range.start);
  }

  /** Returns the next record without taking it; undefined where `fill` has to read first, or all is read. */
  peek(): Incoming | undefined {
    return this.buffer[0];
  }

  take(): void {
    const record = present(this.buffer.shift(), 'record to take');
    this.position = this.from.order === 'oldest' ? record.offset + 1 : record.offset;
    if (this.buffer.length === 0) this.position = this.readTo;
  }

  /** Reads until there is a record to take, all is read, or the reading is aborted. */
  async fill(): Promise<void> {
    while (this.buffer.length === 0 && !this.isOver && !this.from.signal.aborted)
      await (this.from.order === 'oldest' ? this.readOn() : this.readBack());
  }

  private async readOn(): Promise<void> {
    const { range } = this.from;
    const records = await this.browse(this.readTo, MOST_AT_ONCE);
    if (this.from.signal.aborted) return;
    this.buffer.push(...records.filter(({ offset }) => offset < range.end));
    const last = records.at(-1);
    this.moveTo(last === undefined ? range.end : Math.min(last.offset + 1, range.end));
  }

  /** Reads a window before the place: as many records as fit into one reading, for the log is read forwards alone. */
  private async readBack(): Promise<void> {
    const { start } = this.from.range;
    const from = Math.max(start, this.readTo - this.size);
    const records = await this.browse(from, this.readTo - from);
    if (this.from.signal.aborted) return;
    const last = records.at(-1);
    const isFull = records.length === this.readTo - from || (last !== undefined && last.offset >= this.readTo - 1);
    if (!isFull && bytesOf(records) >= PAGE_BYTES) {
      this.size = Math.max(1, Math.floor(records.length / 2));
      return;
    }
    this.buffer.push(...records.filter(({ offset }) => offset < this.readTo).reverse());
    if (last === undefined || bytesOf(records) < PAGE_BYTES / 4) this.size = Math.min(this.size * 4, MOST_AT_ONCE);
    this.moveTo(from);
  }

  private moveTo(offset: number): void {
    this.readTo = offset;
    if (this.buffer.length === 0) this.position = offset;
  }

  private browse(offset: number, limit: number): Promise<readonly Incoming[]> {
    const { broker, range, signal } = this.from;
    const { topic, partition } = range;
    return broker.browse({ topic, partition, offset, limit, maxBytes: PAGE_BYTES, signal });
  }
}

/** Returns the bytes of a record's key and value. */
export const weightOf = ({ key, value }: Incoming): number => (key?.length ?? 0) + (value?.length ?? 0);

const bytesOf = (records: readonly Incoming[]): number => records.reduce((sum, one) => sum + weightOf(one), 0);
