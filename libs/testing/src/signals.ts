import { present, type RunEvent, type TakenRecord } from '@millrace/contracts';
import type { TopicSignal } from '@millrace/pipeline/engine';

interface Kept extends TopicSignal {
  readonly record: TakenRecord;
  readonly expiresAt: number;
  /** The waiting step that it was given to. */
  to?: Wait;
  isTold?: boolean;
}

interface Wait {
  readonly run: string;
  readonly step: string;
  readonly key: string;
  readonly since: number;
}

/** The changes that a decision about a run makes to its waits and signals. */
interface WaitChanges {
  readonly begun: readonly Wait[];
  readonly isWaiting: (step: string) => boolean;
  /** Signals that the run has taken, and those that found their step answered otherwise. */
  readonly taken: readonly string[];
  readonly returned: readonly string[];
}

/** Signals between their topic and the runs that wait for them, in memory: what the store keeps in tables. Whoever has waited the longest gets the oldest. */
export class Signals {
  private kept: Kept[] = [];
  private waits: Wait[] = [];

  take(signal: TopicSignal, options: { record: TakenRecord; at: number }): void {
    this.kept.push({ ...signal, record: options.record, expiresAt: options.at + signal.keepMs });
    this.match();
  }

  keep(run: string, { begun, isWaiting, taken, returned }: WaitChanges): void {
    this.kept = this.kept.filter(({ id }) => !taken.includes(id));
    for (const one of this.kept) if (returned.includes(one.id)) Object.assign(one, { to: undefined, isTold: false });
    const going = this.waits.filter((one) => one.run !== run || isWaiting(one.step));
    this.waits = [...going, ...begun].sort((one, other) => one.since - other.since);
    this.match();
  }

  /** Returns what runs have to hear, once. */
  told(at: number): readonly RunEvent[] {
    return this.kept.flatMap((one): RunEvent[] => {
      if (!one.to || one.isTold) return [];
      one.isTold = true;
      const { run, step, key } = one.to;
      const { payload } = present(
        one.keys.find((signalKey) => signalKey.key === key),
        `key "${key}" of the signal`,
      );
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

  private match(): void {
    for (const signal of this.kept.filter(({ to }) => !to)) {
      const given = this.kept.flatMap(({ to }) => to ?? []);
      const free = this.waits.filter((wait) => !given.some(({ run, step }) => run === wait.run && step === wait.step));
      const wait = free.find((one) => signal.keys.some(({ key }) => key === one.key));
      if (wait) signal.to = wait;
    }
  }
}
