/** A reproducible source of numbers in [0, 1): the same seed gives the same sequence everywhere (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface List {
  readonly length: number;
  [index: number]: unknown;
}

/** Puts a list into an order that depends on `next` alone (Fisher–Yates, in place). */
export function shuffle<Items extends List>(items: Items, next: () => number): Items {
  const list: List = items;
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
  return items;
}
