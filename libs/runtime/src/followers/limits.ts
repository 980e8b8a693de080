import { StageLimits, readJson } from '@millrace/contracts';
import { follow, type FollowerContext } from './follow.js';

/** The limits of all stages, as they were set last. */
export interface Limits extends AsyncDisposable {
  get(stage: string): StageLimits | undefined;
  all(): ReadonlyMap<string, StageLimits>;
  /** Calls `changed` when the stage's limits were set. Returns what stops listening. */
  onChange(stage: string, changed: () => void): () => void;
}

/** Reads the topic of limits from its start, resolves when all that was there has been read, and follows on. */
export async function followLimits(runtime: FollowerContext): Promise<Limits> {
  const limits = new Map<string, StageLimits>();
  const listening = new Map<string, Set<() => void>>();
  const tail = await follow(runtime, { topic: runtime.topics.limits, from: 'start' }, ({ key, value }) => {
    const stage = key?.toString('utf8');
    if (stage === undefined) return 'it has no key, and so no stage';
    const { data } = StageLimits.safeParse(readJson(value ?? '').value);
    if (data) limits.set(stage, data);
    else if (value === null) limits.delete(stage);
    else return 'it is not the limits of a stage';
    for (const changed of [...(listening.get(stage) ?? [])]) changed();
    return undefined;
  });
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
