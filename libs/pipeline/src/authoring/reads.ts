import { type Path, referencesOf } from './mapping.js';
import { PlanError } from '../plan/plan-error.js';
import type { Mapping, PlanStep } from '../plan/plan.js';

/** A step's input, what it shows, or the list it goes over. */
export function mappingOf(step: PlanStep): Mapping | undefined {
  switch (step.kind) {
    case 'stage':
    case 'run':
      return step.input;
    case 'map':
      return step.over;
    case 'loop':
      return step.start;
    case 'value':
      return step.value;
    case 'review':
    case 'signal':
      return step.show;
    default: // A race or a sleep reads nothing.
      return undefined;
  }
}

/** The names that mappings read. */
export function needsOf(mappings: readonly (Mapping | undefined)[], step?: string): readonly string[] {
  try {
    return mappings.flatMap((mapping) => referencesOf(mapping ?? null)).map(([from]: Path) => from);
  } catch (error) {
    throw error instanceof PlanError ? new PlanError(error.code, error.what, step) : error;
  }
}
