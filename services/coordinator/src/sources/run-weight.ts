import type { Run } from '@millrace/saga';

/* About what V8 takes on 64 bits, in bytes. */
const RUN = 1_500;
const STEP = 400;
const ITEM = 250;
const NODE = 24;

/** Estimates how many bytes a run takes in memory. Values that were weighed `before` are not weighed again: they never change. */
export function weightOf(run: Run, before?: { readonly run: Run; readonly bytes: number }): number {
  const states = run.steps.size - (before?.run.steps.size ?? 0);
  let bytes = (before?.bytes ?? RUN) + states * STEP;
  for (const [name, value] of Object.entries(run.scope))
    if (before?.run.scope[name] !== value) bytes += weightOfValue(value);
  for (const [name, fan] of run.fans) {
    // Once: as if all items gave what the first of them has given.
    if (before?.run.fans.get(name)?.ended) continue;
    const given = fan.results.find((result) => result !== undefined);
    if (!before?.run.fans.has(name)) bytes += fan.keys.length * ITEM;
    if (fan.ended > 0) bytes += fan.keys.length * weightOfValue(given);
  }
  return bytes;
}

/** A text takes a byte a character where all of them are Latin-1, which most are. */
function weightOfValue(value: unknown): number {
  if (typeof value === 'string') return NODE + value.length;
  if (typeof value !== 'object' || value === null) return NODE / 2;
  let bytes = NODE;
  const waiting: object[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const one of Array.isArray(next) ? (next as unknown[]) : Object.values(next)) {
      bytes += NODE;
      if (typeof one === 'string') bytes += one.length;
      else if (typeof one === 'object' && one !== null) waiting.push(one);
    }
  }
  return bytes;
}
