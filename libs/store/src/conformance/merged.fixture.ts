import { cursorOf, type Paged, type PageRequest } from '../page.js';

/** The place of an item in its list: its time, and then its key. */
export type Placed = readonly [at: number, ...key: readonly string[]];

/** Reads a page of a list that several stores have parts of. Each gets the same cursor, because a cursor names a place in the order and not a store. */
export async function mergedPage<T>(
  parts: readonly ((page: PageRequest) => Promise<Paged<T>>)[],
  { page, placeOf }: { readonly page: PageRequest; readonly placeOf: (item: T) => Placed },
): Promise<Paged<T>> {
  const pages = await Promise.all(parts.map((read) => read(page)));
  const all = pages.flatMap(({ items }) => items).sort((a, b) => newestFirst(placeOf(a), placeOf(b)));
  const items = all.slice(0, page.limit);
  const last = items.at(-1);
  const isMore = all.length > page.limit || pages.some(({ next }) => next !== undefined);
  return { items, next: isMore && last !== undefined ? cursorOf(...placeOf(last)) : undefined };
}

function newestFirst(a: Placed, b: Placed): number {
  const differs = a.findIndex((part, i) => part !== b[i]);
  if (differs < 0) return 0;
  return (a[differs] ?? '') < (b[differs] ?? '') ? 1 : -1;
}
