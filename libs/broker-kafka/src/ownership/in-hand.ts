import type { Timer } from '@millrace/contracts/timers';
import type { Incoming, Outgoing } from '@millrace/broker';

/** A record that was taken and is not settled: in flight, waiting for its turn or its next try, or finished and not committed. */
export class InHand {
  answer: readonly Outgoing[] = [];
  attempts = 0;
  /** No longer ours, or done by somebody else: whatever comes of it is dropped. */
  dropped = false;
  again: Timer | undefined;

  constructor(
    readonly record: Incoming,
    /** The key that `ordered: 'by-key'` goes by. */
    readonly key: string | null,
  ) {}
}

/** Lets records with the same key through one after the other. */
export class KeyOrder {
  private readonly lines = new Map<string, { holder: InHand; readonly waiting: InHand[] }>();

  /** Returns true when `item` may go now; else it waits in line. */
  enter(item: InHand): boolean {
    if (item.key === null) return true;
    const line = this.lines.get(item.key);
    if (line) line.waiting.push(item);
    else this.lines.set(item.key, { holder: item, waiting: [] });
    return !line;
  }

  /** The one that went is through, or was dropped: who goes next? */
  leave(item: InHand): InHand | undefined {
    if (item.key === null) return undefined;
    const line = this.lines.get(item.key);
    if (!line || line.holder !== item) return undefined;
    for (let next = line.waiting.shift(); next; next = line.waiting.shift()) {
      if (next.dropped) continue;
      line.holder = next;
      return next;
    }
    this.lines.delete(item.key);
    return undefined;
  }
}

/** The pauses in which a rejected record stands aside. */
export const REJECTED = { firstMs: 100, longestMs: 10_000 };
