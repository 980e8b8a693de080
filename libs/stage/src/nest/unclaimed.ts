import { Catch, type ExceptionFilter } from '@nestjs/common';
import { runHere } from '../work/scope.js';
import type { StageRun } from '../work/stage-run.js';

const unclaimed = new WeakMap<StageRun, unknown>();

/** A type that nothing is of. Nest asks it whether the filter below claims what was thrown: that is kept with the attempt. */
abstract class Nothing {
  static [Symbol.hasInstance](thrown: unknown): boolean {
    const run = runHere();
    if (run) unclaimed.set(run, thrown);
    return false;
  }
}

/**
 * Keeps what a stage, its guards and its pipes throw, and leaves it to the filters after it. Nest's own last filter makes
 * "Internal server error" of it, and a filter of a class that catches everything would stand before the global ones.
 */
@Catch(Nothing)
export class KeepUnclaimed implements ExceptionFilter {
  catch(): void {
    throw new Error('Nothing is claimed by this filter.');
  }
}

/** Returns what was thrown first for the words that Nest's own last filter makes of it; an error that another filter threw stays. */
export function originalOf(run: StageRun, thrown: unknown): unknown {
  if (thrown instanceof Error || !unclaimed.has(run)) return thrown;
  return unclaimed.get(run);
}
