/** The most offsets that a window may span: a bitmap of so many bits, as base64, fits the 4,096 bytes of an offset's metadata. */
export const MAX_WINDOW = 24_552;
export const DEFAULT_WINDOW = 4_096;

const RING = 32_768; // bits; a power of two above MAX_WINDOW
const MASK = RING / 32 - 1;

/** A position to commit: all below `offset` is done, and above it what `metadata` names. */
export interface CommitPoint {
  readonly offset: number;
  readonly metadata: string;
}

/**
 * Keeps which records of one partition are done, while they finish in any order. No I/O: the owner of the partition asks and tells.
 *
 * A record is *taken* (in the log's order), *finished*, and *settled* when the commit that carries it has succeeded. The
 * mark is the offset below which all is done. Offsets that hold no record for us (control records, aborted or compacted
 * ones) are passed over while taking and count as done, so the bitmap names them too, and what it does not name is
 * exactly what is left to do.
 */
export class OffsetWindow {
  private readonly done = new Int32Array(RING / 32);
  /** All below is done, counting what is finished and not settled yet. */
  private mark = 0;
  /** All below is settled; the window is measured from here. */
  private floor = 0;
  /** Next offset to be taken. */
  private taken = 0;
  /** One past the highest offset that a former owner's bitmap names. */
  private known = 0;
  private open = 0;

  constructor(readonly size: number) {
    if (!(size >= 1 && size <= MAX_WINDOW))
      throw new RangeError(`A window spans 1 to ${MAX_WINDOW} offsets, not ${size}`);
  }

  /** Records that were taken and are not settled. */
  get unsettled(): number {
    return this.open;
  }

  /** Returns true when a record at `offset` may be taken now: not further above the oldest unsettled one than the window spans. */
  fits(offset: number): boolean {
    return this.open === 0 || offset - this.floor < this.size;
  }

  /**
   * Starts from what the group has committed, also again after a commit of which the outcome was unknown. `inHand` are the
   * offsets that were taken and not settled; afterwards `isDone` says of each whether the commit took place after all.
   */
  resume(committed: number, metadata: string, inHand: Iterable<number> = []): void {
    const taken = Math.max(this.taken, committed);
    const bits = Buffer.from(metadata, 'base64');
    const named = (offset: number): boolean => {
      const bit = offset - committed;
      return bit < 0 || (bit < bits.length * 8 && ((bits.readUInt8(bit >>> 3) >>> (bit & 7)) & 1) === 1);
    };
    const left = [...inHand].filter((offset) => !named(offset)).sort((a, b) => a - b);
    this.done.fill(0);
    this.taken = taken;
    this.known = Math.max(committed + bits.length * 8, taken);
    this.mark = left[0] ?? taken;
    this.floor = this.mark;
    this.open = left.length;
    if (left.length > 0) this.set(this.mark, taken);
    for (const offset of left) this.clear(offset);
    for (let offset = taken; offset < this.known; offset++) if (named(offset)) this.set(offset, offset + 1);
    this.advance();
  }

  /** Takes the record at `offset`, which `fits`; false if it needs no handling: it was taken before, or is done. */
  take(offset: number): boolean {
    if (offset < this.taken) return false;
    this.pass(offset);
    this.taken = offset + 1;
    if (this.bit(offset)) {
      this.advance();
      return false;
    }
    this.open++;
    return true;
  }

  /** Nothing more is to be taken below `offset`: all that was read is taken, and the rest of it holds no records. */
  pass(offset: number): void {
    if (offset <= this.taken) return;
    if (this.open === 0) {
      this.erase(this.mark, offset);
      this.mark = offset;
      this.floor = offset;
      this.taken = offset;
    } else if (offset - this.floor <= this.size) {
      this.set(this.taken, offset);
      this.taken = offset;
    }
  }

  /** A taken record is done; it counts in the next commit point. */
  finish(offset: number): void {
    this.set(offset, offset + 1);
  }

  /** Returns the position to commit now. Only the owner knows whether it succeeds: then `settle`, else `resume`. */
  commitPoint(): CommitPoint {
    this.advance();
    return { offset: this.mark, metadata: this.encode() };
  }

  /** The commit at `offset` has succeeded, with `count` finished records in it. */
  settle(offset: number, count: number): void {
    this.floor = Math.max(this.floor, offset);
    this.open -= count;
  }

  isDone(offset: number): boolean {
    return offset < this.mark || (offset < Math.max(this.taken, this.known) && this.bit(offset));
  }

  private advance(): void {
    const from = this.mark;
    let at = from;
    while (at < this.taken) {
      if ((at & 31) === 0 && this.taken - at >= 32 && this.word(at >>> 5) === -1) at += 32;
      else if (this.bit(at)) at++;
      else break;
    }
    this.erase(from, at);
    this.mark = at;
  }

  private encode(): string {
    const top = this.top();
    if (top <= this.mark) return '';
    const bytes = Buffer.alloc(Math.ceil((top - this.mark) / 8));
    const shift = this.mark & 31;
    let word = this.mark >>> 5;
    for (let at = 0; at < bytes.length; at += 4) {
      const low = this.word(word++);
      const bits = shift === 0 ? low : (low >>> shift) | (this.word(word) << (32 - shift));
      for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = bits >>> (8 * i);
    }
    return bytes.toString('base64').replace(/=+$/, '');
  }

  /** One past the highest offset that is done, `mark` if there is none above it. */
  private top(): number {
    for (let at = Math.max(this.taken, this.known); at > this.mark;) {
      const below = at - 1;
      if ((at & 31) === 0 && at - 32 >= this.mark && this.word(below >>> 5) === 0) at -= 32;
      else if (this.bit(below)) return at;
      else at = below;
    }
    return this.mark;
  }

  // Offsets are taken modulo the ring; `>>>` and `&` see their lowest 32 bits, of which the ring's are a part.
  private bit(offset: number): boolean {
    return ((this.word(offset >>> 5) >>> (offset & 31)) & 1) === 1;
  }

  private clear(offset: number): void {
    this.fill(offset, offset + 1, false);
  }

  /** Every word of the ring is there; its index is taken modulo the ring. */
  private word(index: number): number {
    return this.done[index & MASK] ?? 0;
  }

  private set(from: number, to: number): void {
    this.fill(from, to, true);
  }

  private erase(from: number, to: number): void {
    if (to - from >= RING) this.done.fill(0);
    else this.fill(from, to, false);
  }

  private fill(from: number, to: number, on: boolean): void {
    for (let at = from; at < to;) {
      const bit = at & 31;
      const count = Math.min(32 - bit, to - at);
      const bits = count === 32 ? -1 : ((1 << count) - 1) << bit;
      const word = at >>> 5;
      this.done[word & MASK] = on ? this.word(word) | bits : this.word(word) & ~bits;
      at += count;
    }
  }
}

/** Returns the number of offsets that an offset's metadata names as done. */
export function doneAbove(metadata: string): number {
  let count = 0;
  for (const byte of Buffer.from(metadata, 'base64')) for (let bits = byte; bits; bits &= bits - 1) count++;
  return count;
}
