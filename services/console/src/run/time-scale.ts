/** A span of time, in milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A stretch in which nothing worked, drawn narrow. */
export interface Fold extends Span {
  readonly at: number;
}

export interface TimeScale {
  /** Returns where a time is, from 0 to 1. */
  at(time: number): number;
  readonly folds: readonly Fold[];
}

/** An idle stretch is folded where it is longer than this and than this share of all the work. */
const SHORTEST_FOLD_MS = 5_000;
const FOLDED_SHARE = 0.25;
/** A fold is drawn as wide as this share of all the work. */
const FOLD_WIDTH = 0.05;

/**
 * Maps times to places on a line. Work is drawn to scale; what lies between, where nothing worked for long, is folded: days of
 * waiting for a person would otherwise leave nothing to see of the seconds of work.
 */
export function timeScale(work: readonly Span[], whole: Span): TimeScale {
  const busy = union(work.map(({ from, to }) => ({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) })));
  const gaps = between(busy, whole);
  const worked = busy.reduce((sum, { from, to }) => sum + to - from, 0) || 1;
  const isFolded = (gap: Span) => gap.to - gap.from > Math.max(SHORTEST_FOLD_MS, worked * FOLDED_SHARE);
  const folded = gaps.filter(isFolded);
  const foldMs = worked * FOLD_WIDTH;
  const length = (until: number): number => {
    const cut = folded.reduce((sum, { from, to }) => {
      const size = to - from;
      const passed = Math.min(Math.max(until - from, 0), size);
      return sum + passed - (passed / size) * foldMs;
    }, 0);
    return until - whole.from - cut;
  };
  const total = length(whole.to) || 1;
  const at = (time: number) => Math.min(Math.max(length(time) / total, 0), 1);
  return { at, folds: folded.map((gap) => ({ ...gap, at: at((gap.from + gap.to) / 2) })) };
}

function union(spans: readonly Span[]): readonly Span[] {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    if (to < from) continue;
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged;
}

function between(busy: readonly Span[], whole: Span): readonly Span[] {
  const ends = [whole.from, ...busy.map(({ to }) => to)];
  const begins = [...busy.map(({ from }) => from), whole.to];
  return ends.map((from, at) => ({ from, to: begins[at] ?? whole.to })).filter(({ from, to }) => to > from);
}
