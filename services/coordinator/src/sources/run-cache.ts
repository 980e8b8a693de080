import type { Run } from '@millrace/saga';
import { weightOf } from './run-weight.js';

/** A run and the timer that its row has. */
export interface Cached {
  readonly run: Run;
  readonly wakeAt: number | undefined;
}

interface Entry extends Cached {
  readonly partition: number;
  readonly bytes: number;
}

/**
 * Runs that this process has in memory, by partition of `runs`. Valid while it owns the partition: a stale owner's
 * decisions are refused by the store, and `open` forgets everything. Holds about so many bytes at most, the longest unused go.
 */
export class RunCache {
  private readonly partitions = new Set<number>();
  /** The longest unused first: the order of a Map is the order of insertion. */
  private readonly runs = new Map<string, Entry>();
  private bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** The number of runs that it holds. */
  get size(): number {
    return this.runs.size;
  }

  open(partition: number): void {
    this.partitions.add(partition);
    for (const [id, entry] of this.runs) if (entry.partition === partition) this.drop(id, entry);
  }

  owns(partition: number): boolean {
    return this.partitions.has(partition);
  }

  get(partition: number, run: string): Cached | undefined {
    const entry = this.runs.get(run);
    return entry?.partition === partition ? entry : undefined;
  }

  set(partition: number, { run, wakeAt }: Cached): void {
    if (!this.owns(partition)) return;
    const before = this.runs.get(run.id);
    if (before) this.drop(run.id, before);
    const bytes = weightOf(run, before);
    this.runs.set(run.id, { run, wakeAt, partition, bytes });
    this.bytes += bytes;
    // Not begun where there is room: the first step of a Map's iterator passes all that was deleted before.
    if (this.bytes > this.maxBytes) this.makeRoom();
  }

  delete(partition: number, run: string): void {
    const entry = this.runs.get(run);
    if (entry?.partition === partition) this.drop(run, entry);
  }

  private makeRoom(): void {
    for (const [id, oldest] of this.runs) {
      if (this.bytes <= this.maxBytes) return;
      this.drop(id, oldest);
    }
  }

  private drop(id: string, { bytes }: Entry): void {
    this.runs.delete(id);
    this.bytes -= bytes;
  }
}
