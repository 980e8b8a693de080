import type { Scope } from '../authoring/mapping.js';
import { opened } from './contents.js';
import { CHUNK_NAME, type ItemRange, rangeOf } from './item-names.js';
import { type CompiledStep, type LoadedPlan, stepOf } from './plan-model.js';
import type { MapStep } from './plan.js';

/**
 * Items: the pieces of a step that does the same work several times. Each is a step of its own while it runs, under the name `embed[3]`. A list of
 * more than `CHUNK_ITEMS` items is worked on in chunks, `embed[300-399]`: each is a child run with a part of the list.
 */
export const CHUNK_ITEMS = 100;
/** An item's step would grow past bounds with more chunks than this: they are larger instead, and have chunks of their own. */
const MOST_CHUNKS = 1_000;

export interface Chunk {
  readonly items: readonly unknown[] | ChunkedList;
  readonly from: number;
  readonly concurrency: number;
}

/** A list that is too long for a run's facts: the child runs that hold it, and the number of items of each. Stored facts call chunks `$pages`. */
export interface ChunkedList {
  readonly $pages: readonly { readonly run: string; readonly items: number }[];
}

export function isChunked(value: unknown): value is ChunkedList {
  if (typeof value !== 'object' || value === null) return false;
  const { $pages } = value as { $pages?: unknown };
  return Array.isArray($pages) && $pages.length <= MOST_CHUNKS && $pages.every(isPart);
}

const isPart = (chunk: unknown): boolean => {
  if (typeof chunk !== 'object' || chunk === null) return false;
  const { run, items } = chunk as { run?: unknown; items?: unknown };
  return typeof run === 'string' && Number.isSafeInteger(items) && Number(items) > 0;
};

/** Returns the number of items of a list that begins at index `from`, and the keys of its chunks where it is long. */
export function spreadOf(list: readonly unknown[] | ChunkedList, from: number): { items: number; chunks?: string[] } {
  if (isChunked(list)) {
    let at = from;
    const chunks = list.$pages.map(({ items }) => `${at}-${(at += items) - 1}`);
    return { items: at - from, chunks };
  }
  if (list.length <= CHUNK_ITEMS) return { items: list.length };
  const size = Math.max(CHUNK_ITEMS, Math.ceil(list.length / MOST_CHUNKS));
  const chunks = Array.from({ length: Math.ceil(list.length / size) }, (_, i) => {
    const first = from + i * size;
    return `${first}-${Math.min(first + size, from + list.length) - 1}`;
  });
  return { items: list.length, chunks };
}

/** The keys of so many items. */
export const keysOf = (from: number, items: number): string[] =>
  Array.from({ length: items }, (_, i) => String(from + i));

/** The part of a list that belongs to a chunk. One that is chunked itself has the same chunks. */
export function sliceOf(
  list: readonly unknown[] | ChunkedList,
  range: ItemRange,
  from: number,
): readonly unknown[] | ChunkedList {
  if (!isChunked(list)) return list.slice(range.from - from, range.to + 1 - from);
  let at = from;
  return { $pages: list.$pages.filter(({ items }) => (at += items) - items === range.from) };
}

/** Returns the number of items that may be under way in each of `chunks` chunks, which share the concurrency of their step. */
export const shareOf = (concurrency: number, chunks: number): number =>
  Math.max(1, Math.floor(concurrency / Math.min(chunks, concurrency)));

/** The list that a map goes over; undefined where there is none. */
export function listOf(
  { compiled }: LoadedPlan,
  step: string,
  scope: Scope,
): readonly unknown[] | ChunkedList | undefined {
  const list = opened(stepOf(compiled, step).input(scope));
  return Array.isArray(list) || isChunked(list) ? list : undefined;
}

/** Returns the scope of an item's work: its step's scope, the item and its index. */
export function itemScope(step: CompiledStep, key: string, scope: Scope): Scope {
  const index = Number(key);
  if (step.step.kind === 'loop') {
    const { as } = step.step;
    // What the round before gave is known as the loop's own output so far.
    return { ...scope, [as]: scope[step.name] ?? step.input(scope), [`${as}Index`]: index };
  }
  if (step.step.kind === 'race' || rangeOf(key)) return scope;
  const { as } = step.step as MapStep;
  const list = opened(step.input(scope)) as readonly unknown[];
  return { ...scope, [as]: list[index - firstOf(scope)], [`${as}Index`]: index };
}

/** The index of a list's first item: not 0 within a chunk. */
export const firstOf = (scope: Scope): number => chunkIn(scope)?.from ?? 0;

export const chunkIn = (scope: Scope): Chunk | undefined => scope[CHUNK_NAME] as Chunk | undefined;
