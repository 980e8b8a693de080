import type { ChangeView } from '@millrace/contracts/http';
import { startTimer, type Timer } from '@millrace/contracts/timers';

/** A part of what the API shows, whose changes are told apart. */
export type Part = ChangeView['of'][number];

/** Somebody who is told that something has changed. */
export interface ChangeViewer {
  changed(parts: readonly Part[]): void;
  /** The marks cannot be read: nothing more comes. */
  lost(): void;
}

/** Returns a text that stays the same as long as nothing of a part has changed. */
type Mark = () => Promise<string>;

interface Needs {
  readonly marks: Readonly<Record<Part, Mark>>;
  readonly log: { warn(fields: object, message: string): void };
}

const PARTS: readonly Part[] = ['store', 'stages', 'models'];
const EVERY_MS = 250;
/** The broker is asked who serves the stages in each eighth round only: that is dearer than to ask the store for its mark. */
const SLOWLY_EVERY = 8;

/** Tells all viewers what has changed, by comparing marks. All share one question at a time; there is none while nobody watches. */
export class Changes implements Disposable {
  private readonly viewers = new Set<ChangeViewer>();
  private readonly marks = new Map<Part, string>();
  private timer: Timer | undefined;
  private rounds = 0;
  private isClosed = false;

  constructor(
    private readonly needs: Needs,
    private readonly everyMs = EVERY_MS,
  ) {}

  /**
   * Tells `viewer` of each change from now on, until the function that is returned is called or the viewer is lost.
   * Rejects where the marks cannot be read.
   */
  async watch(viewer: ChangeViewer): Promise<() => void> {
    if (this.viewers.size === 0) await this.compare(PARTS);
    this.viewers.add(viewer);
    this.schedule();
    return () => void this.viewers.delete(viewer);
  }

  [Symbol.dispose](): void {
    this.isClosed = true;
    this.viewers.clear();
    this.timer?.stop();
  }

  private schedule(): void {
    if (this.timer || this.isClosed || this.viewers.size === 0) return;
    this.timer = startTimer(this.everyMs, () => void this.look());
  }

  private async look(): Promise<void> {
    try {
      const changed = await this.compare(this.rounds++ % SLOWLY_EVERY === 0 ? PARTS : ['store']);
      if (changed.length > 0) for (const viewer of [...this.viewers]) viewer.changed(changed);
    } catch (error) {
      this.needs.log.warn({ err: error, viewers: this.viewers.size }, 'It cannot be read what has changed.');
      for (const viewer of this.viewers) viewer.lost();
      this.viewers.clear();
    } finally {
      this.timer = undefined;
      this.schedule();
    }
  }

  /** Reads the marks of these parts, and returns the parts whose mark is another one than before. */
  private async compare(parts: readonly Part[]): Promise<readonly Part[]> {
    const read = await Promise.all(parts.map(async (part) => [part, await this.needs.marks[part]()] as const));
    const changed = read.filter(([part, mark]) => this.marks.get(part) !== mark);
    for (const [part, mark] of changed) this.marks.set(part, mark);
    return changed.map(([part]) => part);
  }
}
