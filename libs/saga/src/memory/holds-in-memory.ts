import type { HoldChanges, HoldRequest } from '../run/holds.js';

interface InLine extends HoldRequest {
  state: 'holding' | 'waiting' | 'passing';
}

/** Keeps in memory the lines of runs behind a parked run of their hold key, as the store keeps them in a table. */
export class HoldsInMemory {
  /** In the order in which they came. */
  private rows: InLine[] = [];
  private untold: string[] = [];

  /** Puts a run in line where a run of its key holds it up, and returns that run. */
  stand(wanted: HoldRequest): string | undefined {
    const behind = this.holderOf(wanted)?.run;
    if (behind !== undefined && !this.find(wanted.run)) this.rows.push({ ...wanted, state: 'waiting' });
    return behind;
  }

  keep({ begun, parked, wanted, ended }: HoldChanges): void {
    this.rows = this.rows.filter(({ run, state }) => state !== 'passing' || !begun.includes(run));
    this.untold = this.untold.filter((run) => !begun.includes(run));
    for (const one of parked) this.holdUp(one);
    for (const one of wanted) {
      if (this.stand(one) !== undefined || this.find(one.run)) continue;
      this.rows.push({ ...one, state: 'passing' });
      this.untold.push(one.run);
    }
    const left = this.rows.filter(({ run }) => ended.includes(run));
    this.rows = this.rows.filter(({ run }) => !ended.includes(run));
    this.untold = this.untold.filter((run) => !ended.includes(run));
    for (const one of left) this.goOn(one);
  }

  /** Returns the runs that have to hear that they may go on. */
  told(): readonly string[] {
    const all = this.untold;
    this.untold = [];
    return all;
  }

  private holdUp(one: HoldRequest): void {
    const found = this.find(one.run);
    if (found) found.state = 'holding';
    else this.rows.push({ ...one, state: 'holding' });
  }

  private goOn(line: HoldRequest): void {
    if (this.holderOf(line)) return;
    const next = this.rows.find((one) => one.state === 'waiting' && isSameLine(one, line));
    if (!next) return;
    next.state = 'holding';
    this.untold.push(next.run);
  }

  private holderOf(line: HoldRequest): InLine | undefined {
    return this.rows.find((one) => one.state === 'holding' && isSameLine(one, line));
  }

  private find(run: string): InLine | undefined {
    return this.rows.find((one) => one.run === run);
  }
}

const isSameLine = (one: HoldRequest, other: HoldRequest): boolean =>
  one.pipeline === other.pipeline && one.key === other.key;
