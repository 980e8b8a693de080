/** The progress of a group in one partition, as the log has it. */
export interface OffsetProgress {
  /** All below it is done. */
  mark: number;
  /** Has been committed at least once. */
  committed: boolean;
  /** The offsets done at and above the low watermark. */
  readonly done: Set<number>;
}

export const noProgress = (): OffsetProgress => ({ mark: 0, committed: false, done: new Set() });

/** Takes note of a commit. */
export function advance(progress: OffsetProgress, mark: number, offsets: readonly number[]): void {
  progress.committed = true;
  for (const offset of offsets) if (offset >= mark) progress.done.add(offset);
  if (progress.done.size > 0 && mark > progress.mark) {
    if (mark - progress.mark <= progress.done.size) {
      for (let offset = progress.mark; offset < mark; offset++) progress.done.delete(offset);
    } else {
      for (const offset of progress.done) if (offset < mark) progress.done.delete(offset);
    }
  }
  progress.mark = Math.max(progress.mark, mark);
}

/**
 * The records that one owner of a partition has in hand; it knows which low watermark a commit may carry. Offsets are given in rising order, with
 * gaps where the log has none; the mark moves over gaps and over what is done.
 */
export class OffsetWindow {
  #given: number[] = [];
  #head = 0;
  #next: number;

  constructor(readonly progress: OffsetProgress) {
    this.#next = progress.mark;
  }

  /** Returns true when the record is still to be handled. */
  give(offset: number): boolean {
    this.#given.push(offset);
    this.#next = offset + 1;
    return !this.progress.done.has(offset);
  }

  /** There is nothing below `next` that was not given. */
  skipTo(next: number): void {
    this.#next = Math.max(this.#next, next);
  }

  /** The mark that holds once these are finished as well. */
  markAfter(finished: ReadonlySet<number>): number {
    let position = this.#head;
    const isDone = (offset: number): boolean => finished.has(offset) || this.progress.done.has(offset);
    for (let offset = this.#given[position]; offset !== undefined && isDone(offset);) offset = this.#given[++position];
    return this.#given[position] ?? this.#next;
  }

  /** These are committed, with the mark that `markAfter` gave. */
  finish(finished: ReadonlySet<number>, mark: number): void {
    advance(this.progress, mark, [...finished]);
    this.#forgetBelow(mark);
  }

  /** Takes the mark over what is not there any more, without a commit. */
  settle(): void {
    const mark = this.markAfter(NONE);
    if (mark <= this.progress.mark) return;
    const { committed } = this.progress;
    advance(this.progress, mark, []);
    this.progress.committed = committed;
    this.#forgetBelow(mark);
  }

  #forgetBelow(mark: number): void {
    for (let offset = this.#given[this.#head]; offset !== undefined && offset < mark;)
      offset = this.#given[++this.#head];
    if (this.#head > 1024 && this.#head * 2 > this.#given.length) {
      this.#given = this.#given.slice(this.#head);
      this.#head = 0;
    }
  }
}

const NONE: ReadonlySet<number> = new Set();
