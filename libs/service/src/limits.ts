import { StageLimits, readJson } from '@millrace/contracts';
import type { House } from './house.js';

/** The limits of all stages, as they were set last. */
export interface Limits extends AsyncDisposable {
  get(stage: string): StageLimits | undefined;
  all(): ReadonlyMap<string, StageLimits>;
  /** Calls `changed` when the stage's limits were set. Returns what stops listening. */
  onChange(stage: string, changed: () => void): () => void;
}

/** Reads the topic of limits from its start, resolves when all that was there has been read, and follows on. */
export async function followLimits({
  broker,
  topics,
  telemetry,
}: Pick<House, 'broker' | 'topics' | 'telemetry'>): Promise<Limits> {
  const limits = new Map<string, StageLimits>();
  const listening = new Map<string, Set<() => void>>();
  const tail = await broker.tail([topics.limits], 'start', ({ key, value }) => {
    const stage = key?.toString('utf8');
    if (stage === undefined) return;
    const { data } = StageLimits.safeParse(readJson(value ?? '').value);
    if (data) limits.set(stage, data);
    else if (value === null) limits.delete(stage);
    else return telemetry.log.error({ stage }, 'The limits of a stage cannot be read: they stay as they were.');
    for (const changed of [...(listening.get(stage) ?? [])]) changed();
  });
  await tail.caughtUp;
  return {
    get: (stage) => limits.get(stage),
    all: () => limits,
    onChange: (stage, changed) => {
      const all = listening.get(stage) ?? new Set();
      listening.set(stage, all.add(changed));
      return () => all.delete(changed);
    },
    [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose](),
  };
}
