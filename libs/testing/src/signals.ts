import type { RunEvent, TakenRecord } from '@millrace/contracts';
import type { TopicSignal } from '@millrace/pipeline/engine';

interface Kept extends TopicSignal {
  readonly record: TakenRecord;
  readonly expiresAt: number;
  /** The waiting step that was told of it. */
  to?: Wait;
}

interface Wait {
  readonly run: string;
  readonly step: string;
  readonly key: string;
}

/** Signals between their topic and the runs that wait for them, in memory: what the store keeps in tables. Who waits the longest gets the oldest. */
export class Signals {
  private kept: Kept[] = [];
  private waits: Wait[] = [];

  take(signal: TopicSignal, of: { record: TakenRecord; at: number }): void {
    this.kept.push({ ...signal, record: of.record, expiresAt: of.at + signal.keepMs });
  }

  /** Keeps what the steps of a run wait for now. */
  keep(run: string, waits: readonly Wait[], isWaiting: (step: string) => boolean): void {
    this.waits = [...this.waits.filter((one) => one.run !== run || isWaiting(one.step)), ...waits];
  }

  heard({ taken, returned }: { taken: readonly string[]; returned: readonly string[] }): void {
    this.kept = this.kept.filter(({ id }) => !taken.includes(id));
    for (const one of this.kept) if (returned.includes(one.id)) delete one.to;
  }

  /** Returns what runs have to hear, once. */
  told(at: number): readonly RunEvent[] {
    return this.kept.flatMap((one): RunEvent[] => {
      if (one.to) return [];
      const given = this.kept.flatMap(({ to }) => to ?? []);
      const wait = this.waits.find(
        (wait) =>
          one.keys.some(({ key }) => key === wait.key) &&
          !given.some(({ run, step }) => run === wait.run && step === wait.step),
      );
      if (!wait) return [];
      one.to = wait;
      const { payload } = one.keys.find(({ key }) => key === wait.key)!;
      const { run, step } = wait;
      return [{ type: 'step.signalled', run, step, at, id: one.id, payload, correlated: true }];
    });
  }

  /** Returns the time at which the next signal is given up that nobody waits for. */
  due(): number {
    return Math.min(...this.kept.flatMap(({ to, expiresAt }) => (to ? [] : [expiresAt])));
  }

  expired(at: number): readonly TakenRecord[] {
    const isOver = ({ to, expiresAt }: Kept) => !to && expiresAt <= at;
    const gone = this.kept.filter(isOver);
    this.kept = this.kept.filter((one) => !isOver(one));
    return gone.map(({ record }) => record);
  }
}
