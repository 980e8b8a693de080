import { isBlobReference } from '@millrace/contracts';
import type { ErrorObject } from 'ajv';

/** Keywords whose verdict about a value follows from the values within it. */
const COMBINING: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'not', 'if', 'contains', 'propertyNames']);

/**
 * Returns the errors that stay when every reference within a value is taken for a value that fits: what a blob holds was checked where it came in, and is
 * checked again by the stage that gets it.
 */
export function butForBlobs(errors: readonly ErrorObject[], value: unknown): readonly ErrorObject[] {
  if (errors.length === 0) return errors;
  const blobs = pointersOfBlobs(value, '');
  if (blobs.length === 0) return errors;
  const undecided = errors
    .filter(({ instancePath, keyword }) => COMBINING.has(keyword) && blobs.some((blob) => isWithin(blob, instancePath)))
    .map(({ instancePath }) => instancePath);
  const open = [...blobs, ...undecided];
  return errors.filter(({ instancePath }) => !open.some((place) => isWithin(instancePath, place)));
}

const isWithin = (pointer: string, place: string): boolean => pointer === place || pointer.startsWith(`${place}/`);

function pointersOfBlobs(value: unknown, at: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isBlobReference(value)) return [at];
  return Object.entries(value).flatMap(([key, part]) =>
    pointersOfBlobs(part, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
