import { present } from '@millrace/contracts';
import type { OffsetWindow } from '@millrace/broker-kafka/window';

type Window = Pick<OffsetWindow, 'fits' | 'take' | 'pass' | 'finish' | 'commitPoint' | 'settle' | 'resume' | 'isDone'>;
export type MakeWindow = (size: number) => Window;

/** Publishes the outcome of handling a record; done when the commit that carries it is. */
export type Publish = () => void;

export type CommitOutcome = 'done' | 'lost' | 'done, and nobody was told';

/**
 * One partition of a stage's topic and whoever owns it, without Kafka: records are taken, finish in any order, and are
 * committed together with their answers; commits get lost, owners change.
 */
export class StageLog<R> {
  readonly wrong: string[] = [];
  private readonly records = new Map<number, R>();
  private readonly answered = new Map<number, number>();
  private readonly flying = new Map<number, R>();
  private finished = new Map<number, Publish>();
  private end = 0;
  private next = 0;
  private committed = { offset: 0, metadata: '' };
  private window: Window;

  constructor(
    private readonly makeWindow: MakeWindow,
    private readonly size: number,
  ) {
    this.window = this.owned();
  }

  append(record: R): void {
    this.records.set(this.end, record);
    this.end += 2; // the second is the transaction's marker
  }

  get inFlight(): readonly (readonly [number, R])[] {
    return [...this.flying];
  }

  get hasFinished(): boolean {
    return this.finished.size > 0;
  }

  get mayTake(): boolean {
    return this.next < this.end && this.window.fits(this.next);
  }

  take(): void {
    const offset = this.next;
    const oldest = Math.min(...this.flying.keys(), ...this.finished.keys());
    if (offset - oldest >= this.size) this.wrong.push(`record ${offset} was taken beyond the window of ${this.size}`);
    this.next += 2;
    if (!this.window.take(offset)) return;
    const record = present(this.records.get(offset), `record at ${offset}`);
    if (this.flying.has(offset) || this.finished.has(offset)) this.wrong.push(`record ${offset} was handed out twice`);
    this.flying.set(offset, record);
  }

  finish(offset: number, publish: Publish): void {
    this.flying.delete(offset);
    this.finished.set(offset, publish);
  }

  commit(outcome: CommitOutcome): void {
    const batch = this.finished;
    this.finished = new Map();
    for (const offset of batch.keys()) this.window.finish(offset);
    const point = this.window.commitPoint();
    if (outcome !== 'lost') {
      this.committed = point;
      for (const [offset, publish] of batch) {
        this.answered.set(offset, (this.answered.get(offset) ?? 0) + 1);
        publish();
      }
    }
    if (outcome === 'done') return this.window.settle(point.offset, batch.size);
    for (const [offset, publish] of batch) this.finished.set(offset, publish);
    this.window.resume(this.committed.offset, this.committed.metadata, [...this.flying.keys(), ...batch.keys()]);
    for (const offset of batch.keys()) if (this.window.isDone(offset)) this.finished.delete(offset);
  }

  /** Another process has it now, and knows what was committed. */
  takeover(): void {
    this.window = this.owned();
  }

  /** The client fetches again from what is committed. */
  offerAgain(): void {
    this.next = Math.min(this.next, this.committed.offset + (this.committed.offset % 2));
  }

  /** Returns what is wrong when nothing is left to do. */
  violations(): string[] {
    const counts = [...this.records.keys()].map((offset) => [offset, this.answered.get(offset) ?? 0] as const);
    const wrong = counts.flatMap(([offset, n]) => (n === 1 ? [] : [`record ${offset} was answered ${n} times`]));
    this.window.pass(this.end);
    const { offset, metadata } = this.window.commitPoint();
    if (offset !== this.end || metadata !== '') wrong.push(`the mark stands at ${offset}, not at the end, ${this.end}`);
    return [...this.wrong, ...wrong];
  }

  private owned(): Window {
    const window = this.makeWindow(this.size);
    window.resume(this.committed.offset, this.committed.metadata);
    this.flying.clear();
    this.finished.clear();
    this.next = this.committed.offset + (this.committed.offset % 2);
    return window;
  }
}
