import { present } from '@millrace/contracts';
import fc from 'fast-check';
import { hostileText, hostileValue } from './hostile.js';

/** One change of a JSON document: at which place (counted over all its places), and what is done there. */
interface Edit {
  readonly place: number;
  readonly act: 'replace' | 'remove' | 'repeat' | 'rename' | 'move';
  readonly value: unknown;
  readonly name: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  place: fc.nat(),
  act: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'rename', 'move'),
  value: hostileValue,
  name: hostileText,
});

type Container = unknown[] | Record<string, unknown>;

const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null && !isRawJSON(value);

/** A copy that shares nothing but raw numbers, which have no parts. */
function copy<T>(value: T): T {
  if (!isContainer(value)) return value;
  if (Array.isArray(value)) return value.map(copy) as T;
  const made: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) setOwn(made, key, copy(part));
  return made as T;
}

/** Sets a property of its own, also one called `__proto__`. */
function setOwn(on: object, key: string, value: unknown): void {
  Object.defineProperty(on, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Every place in a document but its root. */
function placesOf(root: unknown): { in: Container; key: string }[] {
  const places: { in: Container; key: string }[] = [];
  const open = [root];
  while (open.length > 0 && places.length < 2_000) {
    const value = open.pop();
    if (!isContainer(value)) continue;
    for (const key of Object.keys(value)) {
      places.push({ in: value, key });
      open.push((value as Record<string, unknown>)[key]);
    }
  }
  return places;
}

const LONG = 500;

function apply(root: { value: unknown }, { place, act, value, name }: Edit): void {
  const places = placesOf(root);
  const at = places[place % places.length];
  if (!at) return;
  const parent = at.in as Record<string, unknown>;
  switch (act) {
    case 'replace':
      setOwn(parent, at.key, copy(value));
      return;
    case 'remove':
      if (Array.isArray(at.in)) at.in.splice(Number(at.key), 1);
      else delete parent[at.key];
      return;
    case 'repeat':
      // A long list that is repeated twice over would fit into no record.
      if (Array.isArray(at.in) && at.in.length < LONG)
        at.in.push(...Array.from({ length: 50 }, () => copy(parent[at.key])));
      else if (!Array.isArray(at.in)) setOwn(parent, `${at.key}2`, copy(parent[at.key]));
      return;
    case 'rename':
      if (Array.isArray(at.in)) return;
      setOwn(parent, name, parent[at.key]);
      if (name !== at.key) delete parent[at.key];
      return;
    case 'move': {
      const other = present(places[(place >>> 8) % places.length], 'part to move');
      setOwn(parent, at.key, copy((other.in as Record<string, unknown>)[other.key]));
      return;
    }
  }
}

/** A document with up to `most` changes; it shrinks to the document as it was. */
export function edited(document: fc.Arbitrary<unknown>, most = 3): fc.Arbitrary<unknown> {
  return fc.tuple(document, fc.array(edit, { maxLength: most })).map(([base, edits]) => {
    const root = { value: copy(base) };
    for (const one of edits) {
      try {
        apply(root, one);
      } catch (error) {
        // A deep value in the depths of another is too deep to be copied.
        if (!(error instanceof RangeError)) throw error;
      }
    }
    return root.value;
  });
}
