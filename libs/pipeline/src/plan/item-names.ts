/** The name under which a chunk reads its part of the list, where that begins, and its concurrency. It is on the wire and in hashes of plans: it stays. */
export const CHUNK_NAME = '$page';

export const itemName = (step: string, key: string | number): string => `${step}[${key}]`;

/** The step and the key of an item's name; undefined for a plain step's. */
export function itemOf(name: string): { step: string; key: string } | undefined {
  const open = name.indexOf('[');
  return open < 0 ? undefined : { step: name.slice(0, open), key: name.slice(open + 1, -1) };
}

/** The first and the last index of a chunk's items. */
export interface ItemRange {
  readonly from: number;
  readonly to: number;
}

/** The part of the list that a chunk's key names; undefined for a single item's key. */
export function rangeOf(key: string): ItemRange | undefined {
  const [from, to] = key.split('-');
  return to === undefined ? undefined : { from: Number(from), to: Number(to) };
}
