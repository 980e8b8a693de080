import { RunPause, runPauseKey, StagePause, stagePauseKey, readJson } from '@millrace/contracts';
import { follow, type FollowerContext } from './follow.js';

/** The runs and stages that are paused now. */
export interface Pauses extends AsyncDisposable {
  /** Returns true while nothing may be handed on for this run. */
  isPaused(run: string): boolean;
  /** Returns the last pause of the stage, with its end where it is over; undefined for a stage that was never paused. */
  ofStage(stage: string): StagePause | undefined;
  isStagePaused(stage: string): boolean;
  /** Returns the milliseconds for which the stage was paused between two times. */
  pausedFor(stage: string, between: { from: number; to: number }): number;
  /** Calls `changed` when the stage is paused, or goes on. Returns what stops listening. */
  onChange(stage: string, changed: () => void): () => void;
}

/** Reads the topic of pauses from its start, resolves when all that was there has been read, and follows on. */
export async function followPauses(runtime: FollowerContext): Promise<Pauses> {
  const runs = new Set<string>();
  const stages = new Map<string, StagePause>();
  const listening = new Map<string, Set<() => void>>();
  const tail = await follow(runtime, { topic: runtime.topics.pauses, from: 'start' }, ({ key, value }) => {
    const what = key?.toString('utf8') ?? '';
    const json = readJson(value ?? '').value;
    const stage = StagePause.safeParse(json).data;
    if (value === null) {
      runs.delete(what);
      stages.delete(what);
    } else if (what.startsWith(stagePauseKey('')) && stage) stages.set(what, stage);
    else if (what.startsWith(runPauseKey('')) && RunPause.safeParse(json).success) runs.add(what);
    else return 'it is no pause of the stage or run that its key names';
    for (const changed of [...(listening.get(what) ?? [])]) changed();
    return undefined;
  });
  return {
    isPaused: (run) => runs.has(runPauseKey(run)),
    ofStage: (stage) => stages.get(stagePauseKey(stage)),
    isStagePaused: (stage) => isOpen(stages.get(stagePauseKey(stage))),
    pausedFor: (stage, { from, to }) =>
      (stages.get(stagePauseKey(stage))?.times ?? []).reduce(
        (sum, time) => sum + Math.max(0, Math.min(time.to ?? to, to) - Math.max(time.from, from)),
        0,
      ),
    onChange: (stage, changed) => {
      const key = stagePauseKey(stage);
      const all = listening.get(key) ?? new Set();
      listening.set(key, all.add(changed));
      return () => all.delete(changed);
    },
    [Symbol.asyncDispose]: () => tail[Symbol.asyncDispose](),
  };
}

const isOpen = (pause: StagePause | undefined): boolean => pause !== undefined && pause.times.at(-1)?.to === undefined;
