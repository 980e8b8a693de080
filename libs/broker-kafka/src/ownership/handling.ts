import { backOffMs } from '@millrace/contracts';
import { startTimer } from '@millrace/contracts/timers';
import { causeOf, type Handle, type Incoming, type Outgoing } from '@millrace/broker';
import { weigh } from '../fetch/backlog.js';
import { InHand, KeyOrder, REJECTED } from './in-hand.js';
import { unsendable } from '../produce/routing.js';
import type { KafkaContext } from './tenure.js';

/** The number of records that a process handles at once, over all its partitions. */
export interface Slots {
  free: number;
}

export interface RecordWork {
  readonly topic: string;
  readonly group: string;
  readonly window: number;
  readonly byKey: boolean;
  readonly handle: Handle;
  readonly slots: Slots;
}

interface Around {
  readonly runtime: KafkaContext;
  readonly partition: number;
  readonly signal: AbortSignal;
  /** A record has finished, and waits for its commit. */
  readonly finished: () => void;
  /** A slot was freed, or a record may start. */
  readonly changed: () => void;
  /** True while the partition is being given up: what was not begun is the next owner's. */
  readonly releasing: () => boolean;
}

/** The records of one partition that are in hand: started in order, finished in any, and tried again after they were rejected. */
export class Handling {
  inFlight = 0;
  /** Bytes of the records in hand. */
  bytes = 0;
  private readonly inHand = new Set<InHand>();
  private readonly keys = new KeyOrder();
  private startable: InHand[] = [];
  private ready: InHand[] = [];

  constructor(
    private readonly work: RecordWork,
    private readonly around: Around,
  ) {}

  /** The number of records that have finished and wait for their commit. */
  get waiting(): number {
    return this.ready.length;
  }

  get offsets(): number[] {
    return [...this.inHand].map(({ record }) => record.offset);
  }

  /** Starts one that was to come again, or stood behind another of its key. */
  startAgain(): boolean {
    for (let item = this.startable.shift(); item; item = this.startable.shift()) {
      if (!item.dropped) {
        this.start(item);
        return true;
      }
      this.goOn(item);
    }
    return false;
  }

  /** Takes a record in hand, and starts it unless another one of its key goes first; false then. */
  take(record: Incoming): boolean {
    const item = new InHand(record, this.work.byKey && record.key ? record.key.toString('latin1') : null);
    this.inHand.add(item);
    this.bytes += weigh(record);
    if (!this.keys.enter(item)) return false;
    this.start(item);
    return true;
  }

  /** Takes the first `count` of those that have finished, for their commit: then `settle`, `giveBack` or `standAside`. */
  takeReady(count: number): InHand[] {
    if (this.ready.length > count) return this.ready.splice(0, count);
    const all = this.ready;
    this.ready = [];
    return all;
  }

  giveBack(batch: readonly InHand[]): void {
    this.ready.unshift(...batch);
  }

  settle(batch: readonly InHand[]): void {
    for (const item of batch) this.forget(item);
  }

  /** Was not handled, or could not be committed: comes again after a while, and others go on. */
  standAside(item: InHand, error: unknown): void {
    const ms = backOffMs(REJECTED, ++item.attempts);
    const { topic } = this.work;
    const fields = {
      topic,
      partition: this.around.partition,
      offset: item.record.offset,
      attempts: item.attempts,
      ...causeOf(error),
    };
    this.around.runtime.log('warn', `A record of ${topic} was not handled; it comes again in ${ms} ms`, fields);
    item.again = startTimer(ms, () => {
      item.again = undefined;
      this.startable.push(item);
      this.around.changed();
    });
  }

  /** Lets go of those of which it turns out that they are done, or not ours. */
  drop(which: (offset: number) => boolean): void {
    for (const item of this.inHand) {
      if (!which(item.record.offset)) continue;
      item.dropped = true;
      this.forget(item);
      if (!item.again) continue;
      item.again?.stop();
      this.goOn(item);
    }
    this.ready = this.ready.filter(({ dropped }) => !dropped);
  }

  private start(item: InHand): void {
    this.work.slots.free--;
    this.inFlight++;
    let answer: Promise<readonly Outgoing[]>;
    try {
      answer = this.work.handle(item.record, this.around.signal);
    } catch (error) {
      answer = Promise.reject(error as Error);
    }
    answer.then(
      (records) => this.finished(item, records),
      (error: unknown) => this.rejected(item, error),
    );
  }

  private finished(item: InHand, answer: readonly Outgoing[]): void {
    const problem = item.dropped ? undefined : unsendable(answer, this.around.runtime);
    if (problem instanceof Promise) {
      problem.then(
        () => this.finished(item, answer),
        (error: unknown) => this.rejected(item, error),
      );
      return;
    }
    if (problem) return this.rejected(item, problem);
    this.release();
    if (!item.dropped) {
      item.answer = answer;
      this.ready.push(item);
      this.around.finished();
    }
    this.goOn(item);
    this.around.changed();
  }

  private rejected(item: InHand, error: unknown): void {
    this.release();
    if (item.dropped) this.goOn(item);
    else if (this.around.releasing()) this.startable.push(item);
    else this.standAside(item, error);
    this.around.changed();
  }

  private release(): void {
    this.inFlight--;
    this.work.slots.free++;
  }

  /** The next one of the same key may start. */
  private goOn(item: InHand): void {
    const next = this.keys.leave(item);
    if (next) this.startable.push(next);
  }

  private forget(item: InHand): void {
    if (this.inHand.delete(item)) this.bytes -= weigh(item.record);
  }
}
