import type { Scope } from '../authoring/mapping.js';
import { PAGE_NAME, rangeOf } from './item-names.js';
import type { CompiledStep, LoadedPlan } from './plan-model.js';
import type { MapStep } from './plan.js';

/**
 * Items: the pieces of a step that does the same work several times. Each is a step of its own while it runs, under the name `embed[3]`. A list of
 * more than `PAGE` items is worked on in pages, `embed[300-399]`: each is a child run with a part of the list.
 */
export const PAGE = 100;
/** An item's step would grow past bounds with more pages than this: they are larger instead, and have pages of their own. */
const MOST_PAGES = 1_000;

export interface Chunk {
  readonly items: readonly unknown[] | PagedList;
  readonly from: number;
  readonly concurrency: number;
}

/** A list that is too long for a run's facts: the child runs that have it, and how much of it each. */
export interface PagedList {
  readonly $pages: readonly { readonly run: string; readonly items: number }[];
}

export function isPaged(value: unknown): value is PagedList {
  if (typeof value !== 'object' || value === null) return false;
  const { $pages } = value as { $pages?: unknown };
  return Array.isArray($pages) && $pages.length <= MOST_PAGES && $pages.every(isPart);
}

const isPart = (page: unknown): boolean => {
  if (typeof page !== 'object' || page === null) return false;
  const { run, items } = page as { run?: unknown; items?: unknown };
  return typeof run === 'string' && Number.isSafeInteger(items) && Number(items) > 0;
};

/** How a list is worked on: so many items from an index on, or in pages of these keys. */
export function spreadOf(list: readonly unknown[] | PagedList, from: number): { items: number; pages?: string[] } {
  if (isPaged(list)) {
    let at = from;
    const pages = list.$pages.map(({ items }) => `${at}-${(at += items) - 1}`);
    return { items: at - from, pages };
  }
  if (list.length <= PAGE) return { items: list.length };
  const size = Math.max(PAGE, Math.ceil(list.length / MOST_PAGES));
  const pages = Array.from({ length: Math.ceil(list.length / size) }, (_, i) => {
    const first = from + i * size;
    return `${first}-${Math.min(first + size, from + list.length) - 1}`;
  });
  return { items: list.length, pages };
}

/** The keys of so many items. */
export const keysOf = (from: number, items: number): string[] =>
  Array.from({ length: items }, (_, i) => String(from + i));

/** The part of a list that belongs to a page. One that is paged itself has the same pages. */
export function sliceOf(
  list: readonly unknown[] | PagedList,
  key: string,
  from: number,
): readonly unknown[] | PagedList {
  const range = rangeOf(key)!;
  if (!isPaged(list)) return list.slice(range.from - from, range.to + 1 - from);
  let at = from;
  return { $pages: list.$pages.filter(({ items }) => (at += items) - items === range.from) };
}

/** How many items may be under way in a page, where `pages` of them share what the step allows. */
export const shareOf = (concurrency: number, pages: number): number =>
  Math.max(1, Math.floor(concurrency / Math.min(pages, concurrency)));

/** The list that a map goes over; undefined where there is none. */
export function listOf(
  { compiled }: LoadedPlan,
  step: string,
  known: Scope,
): readonly unknown[] | PagedList | undefined {
  const list = compiled.byName.get(step)!.input(known);
  return Array.isArray(list) || isPaged(list) ? list : undefined;
}

/** Returns the scope of an item's work: its step's scope, the item and its index. */
export function knownTo(step: CompiledStep, key: string, known: Scope): Scope {
  const index = Number(key);
  if (step.step.kind === 'loop') {
    const { as } = step.step;
    // What the round before gave is known as the loop's own output so far.
    return { ...known, [as]: known[step.name] ?? step.input(known), [`${as}Index`]: index };
  }
  if (step.step.kind === 'race' || rangeOf(key)) return known;
  const { as } = step.step as MapStep;
  const list = step.input(known) as readonly unknown[];
  return { ...known, [as]: list[index - firstOf(known)], [`${as}Index`]: index };
}

/** The index of a list's first item: not 0 within a page. */
export const firstOf = (known: Scope): number => pageIn(known)?.from ?? 0;

export const pageIn = (known: Scope): Chunk | undefined => known[PAGE_NAME] as Chunk | undefined;
