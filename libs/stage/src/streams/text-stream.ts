import {
  randomId,
  STREAM_MOST,
  STREAM_PART,
  type StepCommand,
  type StepText,
  type StepWatch,
} from '@millrace/contracts';
import { startTimer, type Timer } from '@millrace/contracts/timers';

/** The shortest time between two parts of a text. */
const EVERY_MS = 100;
/** A part that was published so long ago and has not arrived is lost. */
const LOST_MS = 2_000;

export interface TextStreamOptions {
  readonly command: Pick<StepCommand, 'run' | 'step' | 'attempt' | 'ownAttempt'>;
  readonly startedAt: number;
  readonly publish: (part: StepText) => void;
}

/** Keeps what one attempt writes, and publishes it while somebody watches. */
export class TextStream {
  private readonly writer = randomId('txt');
  private text = '';
  private told = 0;
  private toldAt = -Infinity;
  private watchedUntil = -Infinity;
  private isOver = false;
  private timer: Timer | undefined;

  constructor(private readonly options: TextStreamOptions) {}

  append(text: string): void {
    if (this.isOver) return;
    this.text += text.replaceAll('\0', '\uFFFD').slice(0, Math.max(0, STREAM_MOST - this.text.length));
    this.schedule();
  }

  /** Goes on behind what the watcher has, or begins anew where the watcher has nothing of this writer. */
  watch({ forMs, from }: StepWatch): void {
    const now = performance.now();
    this.watchedUntil = now + forMs;
    const arrived = from?.writer === this.writer ? from.position : 0;
    if (arrived === 0 || now - this.toldAt > LOST_MS) this.told = Math.min(this.told, arrived);
    this.schedule();
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.timer?.stop();
    if (this.isWatched) this.tell();
  }

  private get isWatched(): boolean {
    return performance.now() < this.watchedUntil;
  }

  private schedule(): void {
    if (this.timer || this.isOver || !this.isWatched || this.told >= this.text.length) return;
    const since = performance.now() - this.toldAt;
    this.timer = startTimer(Math.max(0, EVERY_MS - since), () => {
      this.timer = undefined;
      this.tell();
    }).unref();
  }

  private tell(): void {
    const { command, startedAt, publish } = this.options;
    const { run, step, attempt, ownAttempt = attempt } = command;
    const whose = { run, step, attempt, ownAttempt, startedAt, writer: this.writer };
    this.toldAt = performance.now();
    do {
      const part = this.next();
      const end = this.isOver && this.told + part.length >= this.text.length;
      if (part !== '' || end) publish({ ...whose, position: this.told, text: part, ...(end && { end }) });
      this.told += part.length;
      if (part === '') break;
    } while (this.told < this.text.length);
  }

  /** Returns the next part: whole characters, so that each part is a text of its own. */
  private next(): string {
    const part = this.text.slice(this.told, this.told + STREAM_PART);
    const last = part.charCodeAt(part.length - 1);
    // The other half of a character may still come.
    const isLast = this.isOver && this.told + part.length >= this.text.length;
    const isHalf = last >= 0xd800 && last <= 0xdbff && !isLast;
    return (isHalf ? part.slice(0, -1) : part).toWellFormed();
  }
}
