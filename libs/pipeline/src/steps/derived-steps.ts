import { CHUNK_NAME } from '../plan/item-names.js';
import { type MapStep, type Plan, type PlanStep, RetryPolicy, type RunStep } from '../plan/plan.js';

/** A chunk does with its part of a list what the map does with the whole. */
export function chunkStep(
  name: string,
  map: MapStep,
  options: { pipeline: string; needs: readonly string[] },
): RunStep {
  const { when: _, onFailure: __, deadlineMs: ___, ...same } = map;
  const step: MapStep = { ...same, over: { $ref: [CHUNK_NAME, 'items'] }, predecessors: [] };
  const given = [...options.needs, CHUNK_NAME];
  const { pipeline } = options;
  const plan: Plan = { format: 1, pipeline, inputSchema: {}, given, steps: { [name]: step }, output: null };
  return { kind: 'run', plan, retry: RetryPolicy.parse({ maxAttempts: 1 }), predecessors: [] };
}

/** Returns the step that undoes a step, where it names one. */
export const undoStep = (step: PlanStep): PlanStep | undefined =>
  'compensate' in step && step.compensate ? { kind: 'stage', ...step.compensate, predecessors: [] } : undefined;
