import { readJson } from '@millrace/contracts';
import { InvalidCursor } from './errors.js';

/** A page of a list, newest first. `before` is a cursor from the page before it. */
export interface PageRequest {
  readonly limit: number;
  readonly before?: string;
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** Returns a cursor: the values that say where a page ended. It is opaque to callers. */
export const cursorOf = (...last: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(last)).toString('base64url');

/** Returns the values of a cursor, none where it is malformed. The list checks them: what comes from outside reaches SQL by type and within bounds. */
export function readCursor(cursor: string): readonly unknown[] {
  const { value } = readJson(Buffer.from(cursor, 'base64url'));
  return Array.isArray(value) ? value : [];
}

/** Returns the number in the cursor of a list that is ordered by a number. @throws {InvalidCursor} for a cursor that such a list did not give */
export function readNumberCursor(cursor: string, most: number): number {
  const [number, ...more] = readCursor(cursor);
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > most || more.length > 0)
    throw new InvalidCursor();
  return number;
}

/** Collects the parameters of a statement; `value` adds one and returns its place in the text. */
export function parameters(...values: unknown[]): { readonly values: unknown[]; value(one: unknown): string } {
  return { values, value: (one) => `$${values.push(one)}` };
}
