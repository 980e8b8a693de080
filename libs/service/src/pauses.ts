import { RunPause, runPauseKey } from '@millrace/contracts';
import type { House } from './house.js';

/** What is paused, as it was said last. */
export interface Pauses extends AsyncDisposable {
  /** Nothing is to be handed on for this run. */
  isPaused(run: string): boolean;
}

/** Reads the topic of pauses from its start, resolves when all that was there has been read, and follows on. */
export async function followPauses({ broker, topics }: Pick<House, 'broker' | 'topics'>): Promise<Pauses> {
  const paused = new Set<string>();
  const tail = await broker.tail([topics.pauses], 'start', ({ key, value }) => {
    const what = key?.toString('utf8') ?? '';
    if (RunPause.safeParse(jsonOf(value)).success) paused.add(what);
    else if (value === null) paused.delete(what);
  });
  await tail.caughtUp;
  return {
    isPaused: (run) => paused.has(runPauseKey(run)),
    [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose](),
  };
}

function jsonOf(value: Buffer | null): unknown {
  try {
    return value === null ? undefined : JSON.parse(value.toString('utf8'));
  } catch {
    return undefined;
  }
}
