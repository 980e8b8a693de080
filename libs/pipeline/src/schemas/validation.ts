import { cut, type Failure } from '@millrace/contracts';
import type { ErrorObject } from 'ajv';
import { PlanError } from '../plan/plan-error.js';
import type { LoadedPlan } from '../plan/plan-model.js';
import type { WaitStep } from '../plan/plan.js';
import { checkSchema } from './check-schema.js';
import { butForBlobs } from './blob-errors.js';
import { type Validator, validatorOf } from './validator.js';
import { closestErrors } from './union-errors.js';

type Details = NonNullable<Failure['details']>;

/** Makes the check of inputs ready. @throws {PlanError} BAD_SCHEMA, BAD_PATTERN, TOO_COMPLEX */
export function prepareInput(loaded: LoadedPlan): Validator {
  return validatorIn(loaded, '', () => prepareSchema(loaded.plan.inputSchema, 'the schema of the input'));
}

/** The same for the answers to a step. */
export function prepareAnswer(loaded: LoadedPlan, step: string): Validator {
  return validatorIn(loaded, step, () => {
    try {
      return prepareSchema((loaded.step(step) as WaitStep).schema, 'the schema of its answer');
    } catch (error) {
      throw error instanceof PlanError ? new PlanError(error.code, error.what, step) : error;
    }
  });
}

/** Returns what is wrong with a run's input, as JSON pointers and messages without values; undefined when it fits. */
export function validateInput(loaded: LoadedPlan, value: unknown): Details | undefined {
  return problemsIn(value, prepareInput(loaded));
}

/** The same for the answer to a review or signal. Throws a PlanError for a step that takes none. */
export function validateAnswer(loaded: LoadedPlan, step: string, payload: unknown): Details | undefined {
  const { kind } = loaded.step(step);
  if (kind !== 'review' && kind !== 'signal') throw new PlanError('UNKNOWN_STEP', 'it waits for no answer', step);
  return problemsIn(payload, prepareAnswer(loaded, step));
}

/** Returns a test that a value fits a schema. @throws {PlanError} BAD_SCHEMA, BAD_PATTERN, TOO_COMPLEX */
export function schemaTest(schema: unknown): (value: unknown) => boolean {
  const validate = prepareSchema(schema);
  return (value) => validate(value).length === 0;
}

/** Returns what is wrong with a value of a schema that belongs to no plan; undefined when it fits. @throws {PlanError} as `schemaTest` */
export const valueProblems = (value: unknown, schema: unknown): Details | undefined =>
  problemsIn(value, prepareSchema(schema));

const MOST = 20;
/** Keys of a value, and the values that a schema allows, may be of any length. */
const LONGEST = 1_000;
const validators = new WeakMap<LoadedPlan, Map<string, Validator>>();

/** Compiled when first needed, kept as long as the plan. */
function validatorIn(loaded: LoadedPlan, name: string, make: () => Validator): Validator {
  let ofPlan = validators.get(loaded);
  if (!ofPlan) validators.set(loaded, (ofPlan = new Map<string, Validator>()));
  let validator = ofPlan.get(name);
  if (!validator) ofPlan.set(name, (validator = make()));
  return validator;
}

/** @throws {PlanError} BAD_SCHEMA, BAD_PATTERN, TOO_COMPLEX */
export function prepareSchema(schema: unknown, what = 'a schema of the plan'): Validator {
  checkSchema(schema, what);
  try {
    const validate = validatorOf(schema);
    return (value) => butForBlobs(validate(value), value);
  } catch (error) {
    throw new PlanError('BAD_SCHEMA', `${what} cannot be used (${(error as Error).message.slice(0, 300)})`);
  }
}

function problemsIn(value: unknown, validate: Validator): Details | undefined {
  const errors = validate(value);
  if (errors.length === 0) return undefined;
  return closestErrors(errors)
    .slice(0, MOST)
    .map((error) => ({ pointer: cut(pointerOf(error), LONGEST), detail: cut(detailOf(error), LONGEST) }));
}

function pointerOf({ instancePath, keyword, params }: ErrorObject): string {
  if (keyword !== 'required') return instancePath;
  const missing = String(params['missingProperty']).replaceAll('~', '~0').replaceAll('/', '~1');
  return `${instancePath}/${missing}`;
}

function detailOf({ keyword, params, message }: ErrorObject): string {
  if (keyword === 'required') return 'is required';
  if (keyword === 'enum')
    return `must be one of ${(params['allowedValues'] as unknown[]).map((one) => JSON.stringify(one)).join(', ')}`;
  if (keyword === 'type') return `must be ${[params['type']].flat().join(' or ')}`;
  return message ?? 'is not valid';
}
