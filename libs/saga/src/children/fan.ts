import { type Fact, failure, type Failure } from '@millrace/contracts';
import { type ItemFailure, keysOf, chunkIn, type ChunkedList } from '@millrace/pipeline/engine';
import type { Run, StepState } from '../run/run.js';
import type { Fan, ItemResult } from './fan-state.js';
export type { Fan, ItemResult };

/** The result that a chunk gives its map: the numbers of results and of items that it passed over. The results stay with the chunk. */
export interface Tally {
  readonly items: number;
  readonly failed: number;
}

/** The items of a step when they become known; again, when the step is redriven: what a map has a result of keeps it. */
export function fanOf({ as, from, items, keys: given }: Fact & { type: 'step.spread' }, earlier: Fan | undefined): Fan {
  const keys = given ?? keysOf(from, items);
  const chunks = as === 'map' && given !== undefined;
  const before = as === 'map' ? earlier : undefined;
  const places = before?.places ?? new Map(keys.map((key, place) => [key, place]));
  const isKept = (one: ItemResult | undefined) => one && 'output' in one && !(chunks && tallyOf(one).failed > 0);
  const results = (before?.results ?? keys.map(() => undefined)).map((one) => (isKept(one) ? one : undefined));
  const todo = keys.filter((_, place) => results[place] === undefined);
  return { keys, places, as, chunks, todo, begun: 0, active: 0, ended: 0, failed: 0, results, isGathered: false };
}

const isActive = ({ status, child }: StepState): boolean =>
  (status === 'running' || status === 'retrying') && child?.status !== 'dead-lettered';
const isEnded = ({ status }: StepState): boolean => status === 'completed' || status === 'failed';

/** The fan after one of its items went from one state to another. */
export function moved(fan: Fan, key: string, { from, to }: { from: StepState; to: StepState }): Fan {
  const isNew = from.status === 'pending' && to.status !== 'pending' && fan.todo[fan.begun] === key;
  return {
    ...fan,
    begun: fan.begun + Number(isNew),
    active: fan.active + Number(isActive(to)) - Number(isActive(from)),
    ended: fan.ended + Number(isEnded(to)) - Number(isEnded(from)),
  };
}

export function withResult(fan: Fan, key: string, result: ItemResult): Fan {
  const results = fan.results.slice();
  const place = fan.places.get(key);
  if (place !== undefined) results[place] = result;
  const failed = fan.chunks ? tallyOf(result).failed : Number('failure' in result);
  return { ...fan, results, failed: fan.failed + failed };
}

/** Returns the number of items of a map together with those of the maps around it. The items of a chunk were counted by its map. */
export const itemsWith = ({ scope, parent }: Run, items: number): number =>
  chunkIn(scope) ? (parent?.items ?? 1) : (parent?.items ?? 1) * items;

/** The keys that may begin now. */
export function nextOf(fan: Fan, concurrency: number): readonly string[] {
  // The next round begins when the one before has ended: one that is parked has not.
  const free = fan.as === 'loop' ? 1 - (fan.begun - fan.ended) : concurrency - fan.active;
  return fan.todo.slice(fan.begun, fan.begun + Math.max(0, free));
}

/** The first result of a race; what its last branch failed of where there is none. */
export function winnerOf(fan: Fan): ItemResult | undefined {
  return fan.results.find((one) => one && 'output' in one) ?? fan.results.findLast((one) => one !== undefined);
}

/** The output of a step whose items have ended: a map's list in their order, or the chunks in which it is. */
export function gathered(fan: Fan, options: { collect: boolean; runOf: (key: string) => string | undefined }): unknown {
  if (fan.as === 'loop') return outputIn(fan.results[fan.ended - 1]);
  if (fan.as === 'race') return outputIn(winnerOf(fan));
  if (fan.chunks) {
    const chunks = fan.keys.flatMap((key, place) => {
      const [run, { items }] = [options.runOf(key), tallyOf(fan.results[place])];
      return run !== undefined && items > 0 ? [{ run, items }] : [];
    });
    return { $pages: chunks } satisfies ChunkedList;
  }
  if (options.collect) return fan.results;
  return fan.results.flatMap((one) => (one && 'output' in one ? [one.output] : []));
}

/** Returns the failure where more items have failed than the step allows. */
export function tooMany(fan: Fan, policy: ItemFailure, items: number): Failure | undefined {
  if (typeof policy === 'string') return undefined;
  const most = 'tolerate' in policy ? policy.tolerate : (policy.toleratePercent / 100) * items;
  return fan.failed > most
    ? failure('TOO_MANY_FAILED', `${fan.failed} of ${items} items failed, which is more than the step tolerates.`)
    : undefined;
}

const outputIn = (result: ItemResult | undefined): unknown =>
  result && 'output' in result ? result.output : undefined;

function tallyOf(result: ItemResult | undefined): Tally {
  return result && 'output' in result ? (result.output as Tally) : { items: 0, failed: 0 };
}
