import { startTimer, type Timer } from '@millrace/contracts/timers';
import { backOffMs, type Fact } from '@millrace/contracts';
import type { StoreReader } from '@millrace/store';

export interface Seen {
  /** Its place in the run's history, from 1. */
  readonly seq: number;
  readonly fact: Fact;
}

/** A viewer of a run. */
export interface Viewer {
  /** Is given new facts, in order and each once. */
  see(facts: readonly Seen[]): void;
  /** The run's facts could not be read, time and again: nothing more comes. */
  lost(): void;
}

interface Watcher {
  readonly run: string;
  readonly viewer: Viewer;
  after: number;
  /** The number of times in a row that the store has refused the question about its run. */
  refusals: number;
}

interface Needs {
  readonly reader: Pick<StoreReader, 'factsAfter'>;
  readonly log: { warn(fields: object, message: string): void };
}

const EVERY_MS = 150;
/** While the store refuses, the question is repeated ever more rarely. */
const LONGEST_PAUSE_MS = 5_000;
/** A watcher whose question has been refused so often in a row is let go. */
const MOST_REFUSALS = 8;
/** The number of questions under way at once where each run is asked for alone. */
const AT_ONCE = 10;

/** Tells whoever watches a run of its new facts. All share one query at a time; there is none while nobody watches. */
export class LiveFacts implements Disposable {
  private readonly watchers = new Set<Watcher>();
  private timer: Timer | undefined;
  private asking = false;
  private closed = false;
  private failures = 0;

  constructor(
    private readonly needs: Needs,
    private readonly everyMs = EVERY_MS,
  ) {}

  /** Shows `viewer` the facts of `run` past `after`, until what this returns is called or the viewer is lost. */
  watch(run: string, after: number, viewer: Viewer): () => void {
    const watcher: Watcher = { run, after, viewer, refusals: 0 };
    this.watchers.add(watcher);
    this.schedule(0);
    return () => void this.watchers.delete(watcher);
  }

  [Symbol.dispose](): void {
    this.closed = true;
    this.watchers.clear();
    this.timer?.stop();
  }

  private schedule(ms: number): void {
    if (this.closed || this.asking || this.watchers.size === 0) return;
    this.timer?.stop();
    this.timer = startTimer(ms, () => void this.ask());
  }

  private async ask(): Promise<void> {
    this.asking = true;
    const from = new Map<string, number>();
    for (const { run, after } of this.watchers) from.set(run, Math.min(after, from.get(run) ?? after));
    try {
      if (from.size > 0) this.tell(from, await this.needs.reader.factsAfter(from));
      this.failures = 0;
    } catch (error) {
      this.needs.log.warn({ err: error, watched: from.size }, 'The facts of the watched runs could not be read.');
      await this.askApart(from);
      this.failures++;
    } finally {
      this.asking = false;
      this.schedule(backOffMs({ firstMs: this.everyMs, longestMs: LONGEST_PAUSE_MS }, this.failures + 1));
    }
  }

  /** Asks for each run alone, so that one whose facts cannot be read keeps nothing from those who watch others. */
  private async askApart(from: ReadonlyMap<string, number>): Promise<void> {
    const questions = [...from];
    for (let at = 0; at < questions.length && !this.closed; at += AT_ONCE)
      await Promise.all(questions.slice(at, at + AT_ONCE).map((question) => this.askOne(question)));
  }

  private async askOne(question: readonly [run: string, after: number]): Promise<void> {
    const from = new Map([question]);
    try {
      this.tell(from, await this.needs.reader.factsAfter(from));
    } catch (error) {
      for (const watcher of [...this.watchers]) if (watcher.run === question[0]) this.refused(watcher, error);
    }
  }

  private refused(watcher: Watcher, error: unknown): void {
    if (++watcher.refusals < MOST_REFUSALS) return;
    this.watchers.delete(watcher);
    this.needs.log.warn({ err: error, run: watcher.run }, 'A run is no longer watched: its facts cannot be read.');
    watcher.viewer.lost();
  }

  private tell(from: ReadonlyMap<string, number>, found: ReadonlyMap<string, readonly Fact[]>): void {
    for (const watcher of [...this.watchers]) {
      const start = from.get(watcher.run);
      // One that came while the question was under way is answered by the next one.
      if (start === undefined || start > watcher.after) continue;
      watcher.refusals = 0;
      const facts = (found.get(watcher.run) ?? []).map((fact, at) => ({ seq: start + at + 1, fact }));
      const fresh = facts.filter(({ seq }) => seq > watcher.after);
      const last = fresh.at(-1);
      if (!last) continue;
      watcher.after = last.seq;
      try {
        watcher.viewer.see(fresh);
      } catch (error) {
        this.needs.log.warn({ err: error, run: watcher.run }, 'A run is no longer watched: its facts cannot be shown.');
        this.watchers.delete(watcher);
        watcher.viewer.lost();
      }
    }
  }
}
