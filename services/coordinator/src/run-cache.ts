import type { Run } from '@millrace/saga';

/** A run and the timer that its row has. */
export interface Cached {
  readonly run: Run;
  readonly wakeAt: number | undefined;
}

/**
 * Runs that this process has in memory, by partition of `runs`. Valid while it owns the partition: a stale owner's
 * decisions are refused by the store, and `open` forgets everything. Holds so many runs at most, the longest unused go.
 */
export class RunCache {
  private readonly partitions = new Map<number, Map<string, Cached>>();

  constructor(private readonly limit: number) {}

  open(partition: number): void {
    this.partitions.set(partition, new Map());
  }

  owns(partition: number): boolean {
    return this.partitions.has(partition);
  }

  get(partition: number, run: string): Cached | undefined {
    return this.partitions.get(partition)?.get(run);
  }

  set(partition: number, cached: Cached): void {
    const runs = this.partitions.get(partition);
    if (!runs) return;
    runs.delete(cached.run.id); // To the end: the order of a Map is the order of insertion.
    runs.set(cached.run.id, cached);
    if (runs.size > this.limit) runs.delete(runs.keys().next().value!);
  }

  delete(partition: number, run: string): void {
    this.partitions.get(partition)?.delete(run);
  }
}
