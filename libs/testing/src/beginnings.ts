import { type Failure, present, type TakenRecord } from '@millrace/contracts';
import {
  type Asking,
  dueTicks,
  intoWindow,
  type CollectedRecord,
  type BatchWindow,
  inputOfBatch,
  type LoadedPlan,
  type LoadedTrigger,
  nextTick,
  tickAsks,
  triggered,
} from '@millrace/pipeline/engine';

/** The most missed times of a schedule at once. */
const MOST = 200;

interface Open {
  readonly trigger: LoadedTrigger;
  window: BatchWindow;
  records: readonly unknown[];
}

/** The schedules and triggers that start runs: times, and records of topics, alone or in batches. Keeps in memory what the store keeps in tables. */
export class Beginnings {
  private readonly schedules: { readonly name: string; nextAt: number | undefined }[];
  /** By trigger and key. */
  private readonly open = new Map<string, Open>();

  /** From `at` on. */
  constructor(
    private readonly plan: LoadedPlan,
    at: number,
  ) {
    this.schedules = [...plan.starts.schedules].map(([name, schedule]) => ({ name, nextAt: nextTick(schedule, at) }));
  }

  /** Returns the time at which a schedule is due next. */
  dueTick(): number {
    return Math.min(...this.schedules.map(({ nextAt }) => nextAt ?? Infinity));
  }

  /** Returns the time at which collected records next become a run. */
  dueRecords(): number {
    return Math.min(...[...this.open.values()].map(({ window }) => window.dueAt));
  }

  /** The runs that are asked for now. */
  due(at: number): readonly Asking[] {
    const asked: Asking[] = [];
    for (const one of this.schedules) {
      const schedule = {
        ...present(this.plan.starts.schedules.get(one.name), `schedule "${one.name}"`),
        name: one.name,
      };
      while (one.nextAt !== undefined && one.nextAt <= at) {
        const { ticks, next } = dueTicks(schedule, { first: one.nextAt, now: at, most: MOST });
        asked.push(...ticks.map((tick) => tickAsks(schedule, tick)));
        one.nextAt = next;
      }
    }
    for (const [id, { trigger, window, records }] of [...this.open]) {
      if (window.dueAt > at) continue;
      this.open.delete(id);
      asked.push({ key: window.id, input: inputOfBatch(trigger, records) });
    }
    return asked;
  }

  /** Returns the runs that a record of a topic asks for, or why one of the triggers cannot tell. */
  take(
    record: TakenRecord,
    options: { at: number; maxRecordBytes: number },
  ): { asked: readonly Asking[]; failures: readonly Failure[] } {
    const asked: Asking[] = [];
    const failures: Failure[] = [];
    for (const trigger of this.plan.starts.triggers.filter(({ topic }) => topic === record.topic)) {
      const found = triggered(record, { id: trigger.name, trigger, ...options });
      if (found === undefined) continue;
      if ('failure' in found) failures.push(found.failure);
      else if ('run' in found) asked.push(found.run);
      else asked.push(...this.collect(found.collected, trigger, options.at));
    }
    return { asked, failures };
  }

  private collect(one: CollectedRecord, trigger: LoadedTrigger, at: number): readonly Asking[] {
    const id = JSON.stringify([one.trigger, one.key]);
    const before = this.open.get(id);
    const { ends, into, isFull } = intoWindow(before?.window, one, at);
    const isNew = into.id !== before?.window.id;
    const records = isNew || one.replaces ? [one.record] : [...before.records, one.record];
    const asks = (options: { window: BatchWindow; records: readonly unknown[] }): Asking => ({
      key: options.window.id,
      input: inputOfBatch(trigger, options.records),
    });
    if (isFull) this.open.delete(id);
    else this.open.set(id, { trigger, window: into, records });
    return [...(ends && before ? [asks(before)] : []), ...(isFull ? [asks({ window: into, records })] : [])];
  }
}
