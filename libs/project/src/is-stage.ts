import { type AnyStage, contractOf } from '@millrace/stage';

/** Says whether a value is a class with `@Stage`, or what `stage()` returned. */
export function isStage(value: unknown): value is AnyStage {
  if (typeof value !== 'function') return false;
  try {
    return contractOf(value as AnyStage) !== undefined;
  } catch {
    return false;
  }
}
