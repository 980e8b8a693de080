/** A record as it waits to become part of a run. */
export interface CollectedRecord {
  readonly trigger: string;
  readonly key: string;
  /** The record of which the run's input is made: an item of a batch, the record of a debounce. */
  readonly record: unknown;
  readonly bytes: number;
  /** Names its place: of the first one the run's id is made. */
  readonly place: string;
  /** The rule by which it is put together with others. */
  readonly max: number;
  readonly maxBytes: number;
  /** The time at which the first record becomes a run at the latest, and the time to which each later one moves it; undefined where it does not. */
  readonly dueAt: number;
  readonly latestMs: number | undefined;
  /** The one before it is forgotten, and the time begins anew. */
  readonly replaces: boolean;
}

/** Records of one trigger and key that become a run together. */
export interface BatchWindow {
  /** The place of its first record. */
  readonly id: string;
  readonly count: number;
  readonly bytes: number;
  readonly firstAt: number;
  readonly dueAt: number;
}

/**
 * Decides about a record, given the batch window of its trigger and key that still takes records. `ends`: that one is a run now,
 * without it. `into` is the window that has it, `isFull` where it is a run now, too.
 */
export function intoWindow(
  open: BatchWindow | undefined,
  one: CollectedRecord,
  now: number,
): { readonly ends: boolean; readonly into: BatchWindow; readonly isFull: boolean } {
  const { bytes, place, max, maxBytes, dueAt, latestMs = Infinity, replaces } = one;
  const ends = open !== undefined && !replaces && open.bytes + bytes > maxBytes;
  const before = open && !ends ? open : { id: place, count: 0, bytes: 0, firstAt: now, dueAt };
  const count = before.count + 1;
  const isFull = !replaces && count >= max;
  const moved = replaces ? Math.min(dueAt, before.firstAt + latestMs) : before.dueAt;
  return { ends, into: { ...before, count, bytes: before.bytes + bytes, dueAt: isFull ? now : moved }, isFull };
}
