import type { Fact } from '@millrace/contracts';
import type { Reader } from '@millrace/store';

export interface Seen {
  /** Its place in the run's history, from 1. */
  readonly seq: number;
  readonly fact: Fact;
}

interface Watcher {
  readonly run: string;
  after: number;
  readonly see: (facts: readonly Seen[]) => void;
}

const EVERY_MS = 150;

/** Tells whoever watches a run of its new facts. All share one query at a time; there is none while nobody watches. */
export class LiveFacts implements Disposable {
  private readonly watchers = new Set<Watcher>();
  private timer: NodeJS.Timeout | undefined;
  private asking = false;
  private closed = false;

  constructor(
    private readonly reader: Pick<Reader, 'factsAfter'>,
    private readonly everyMs = EVERY_MS,
  ) {}

  /** Calls `see` with the facts of `run` past `after`, in order and each once, until what it returns is called. */
  watch(run: string, after: number, see: Watcher['see']): () => void {
    const watcher: Watcher = { run, after, see };
    this.watchers.add(watcher);
    this.schedule(0);
    return () => void this.watchers.delete(watcher);
  }

  [Symbol.dispose](): void {
    this.closed = true;
    this.watchers.clear();
    clearTimeout(this.timer);
  }

  private schedule(ms: number): void {
    if (this.closed || this.asking || this.watchers.size === 0) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), ms);
  }

  private async ask(): Promise<void> {
    this.asking = true;
    try {
      const from = new Map<string, number>();
      for (const { run, after } of this.watchers) from.set(run, Math.min(after, from.get(run) ?? after));
      if (from.size > 0) this.tell(from, await this.reader.factsAfter(from));
    } catch {
      // A store that is away for a moment: the next question is the retry, and `/readyz` tells.
    } finally {
      this.asking = false;
      this.schedule(this.everyMs);
    }
  }

  private tell(from: ReadonlyMap<string, number>, found: ReadonlyMap<string, readonly Fact[]>): void {
    for (const watcher of [...this.watchers]) {
      const start = from.get(watcher.run);
      // One that came while the question was under way is answered by the next one.
      if (start === undefined || start > watcher.after) continue;
      const facts = (found.get(watcher.run) ?? []).map((fact, at) => ({ seq: start + at + 1, fact }));
      const fresh = facts.filter(({ seq }) => seq > watcher.after);
      if (fresh.length === 0) continue;
      watcher.after = fresh.at(-1)!.seq;
      watcher.see(fresh);
    }
  }
}
