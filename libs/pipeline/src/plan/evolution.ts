import type { StageSchemas } from '@millrace/contracts';
import { type Misfit, misfits } from '../schemas/containment.js';
import { jsonSchemaOf } from '../schemas/json-schema.js';
import { PlanError } from './plan-error.js';
import { checkSchema } from '../schemas/check-schema.js';
import type { StageContract } from '../authoring/stage-contract.js';

/** A stage's contract as JSON Schema: what it is given (defaults may be left out), and what comes out of it. */
export function schemasOf({ name, input, output }: StageContract): StageSchemas {
  return {
    input: jsonSchemaOf(input, 'input', `the input of stage "${name}"`) as StageSchemas['input'],
    output: jsonSchemaOf(output, 'output', `the output of stage "${name}"`) as StageSchemas['output'],
  };
}

/**
 * Returns the changes of a stage's contract that would break those who know the one before: an input that it no longer takes, an output that it did not give.
 * A contract may grow: take more, ask for less, give more fields; what it gives may become narrower. Pointers begin with `/input` or `/output`.
 */
export function breaks(before: StageSchemas, after: StageSchemas): readonly Misfit[] {
  // One that no run can be checked against, from before schemas were looked at, has nobody who relies on it.
  if (!isUsable(before)) return [];
  const under = (side: string) => (misfit: Misfit) => ({ ...misfit, pointer: `/${side}${misfit.pointer}` });
  return [
    // A strict input refuses fields that it does not name; who reads an output takes no notice of them.
    ...misfits(before.input, after.input, { closed: true }).map(under('input')),
    ...misfits(after.output, before.output, { closed: false }).map(under('output')),
  ];
}

/** Says whether values can be checked against a contract, whoever wrote it. */
export function isUsable({ input, output }: StageSchemas): boolean {
  try {
    checkSchema(input, 'the input');
    checkSchema(output, 'the output');
    return true;
  } catch (error) {
    if (error instanceof PlanError) return false;
    throw error;
  }
}
