import { type Failure, jsonFailure, jsonSize } from '@millrace/contracts';
import { outputOf } from '@millrace/pipeline/engine';
import { type DecisionDraft, MAX_MADE } from './draft.js';

/** Gives a step its value. @returns the failure where the value cannot be kept */
export function makeValue(draft: DecisionDraft, step: string, output: unknown): Failure | undefined {
  const refused = refusalOfMade(draft, output, `What ${step} makes`);
  if (!refused) draft.add({ type: 'step.valued', step, at: draft.at, output });
  return refused;
}

/** Completes the run. @returns the failure where its output cannot be kept */
export function complete(draft: DecisionDraft): Failure | undefined {
  const output = outputOf(draft.plan, draft.run.scope);
  const refused = refusalOfMade(draft, output ?? null, 'The run’s output');
  if (!refused) draft.add({ type: 'run.completed', at: draft.at, output });
  return refused;
}

/** Says why a stage or a person cannot be given a value: a mapping that reads a large value many times makes one that nothing holds. */
export function refusalOfInput(input: unknown, step: string): Failure | undefined {
  const size = jsonSize(input, { maxBytes: MAX_MADE });
  return typeof size === 'number' ? undefined : jsonFailure(size, `What ${step} is given`);
}

/** All values that one decision makes share one bound. */
function refusalOfMade(draft: DecisionDraft, made: unknown, subject: string): Failure | undefined {
  const size = jsonSize(made, { maxBytes: draft.room });
  if (typeof size !== 'number') return jsonFailure(size, subject);
  draft.room -= size;
  return undefined;
}
