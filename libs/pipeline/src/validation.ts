import type { Failure } from '@millrace/contracts';
// eslint-disable-next-line no-restricted-imports -- ajv has its 2020-12 dialect, which zod writes, nowhere else
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { PlanError } from './plan-error.js';
import type { LoadedPlan } from './plan-model.js';

type Details = NonNullable<Failure['details']>;

/** What is wrong with a run's input, as JSON pointers and messages without values; undefined when it fits. */
export function validateInput(loaded: LoadedPlan, value: unknown): Details | undefined {
  return problemsIn(
    value,
    validatorOf(loaded, '', () => loaded.plan.inputSchema),
  );
}

/** The same for the answer to a review or signal. Throws a PlanError for a step that takes none. */
export function validateAnswer(loaded: LoadedPlan, step: string, payload: unknown): Details | undefined {
  const spec = loaded.step(step);
  if (spec.kind !== 'review' && spec.kind !== 'signal')
    throw new PlanError('UNKNOWN_STEP', 'it waits for no answer', step);
  return problemsIn(
    payload,
    validatorOf(loaded, step, () => spec.schema),
  );
}

/** Whether a value is one of a schema's. @throws {PlanError} BAD_SCHEMA */
export function schemaTest(schema: unknown): (value: unknown) => boolean {
  const validate = compile(schema);
  return (value) => validate(value);
}

/** What is wrong with a value of a schema that belongs to no plan; undefined when it fits. */
export const valueProblems = (value: unknown, schema: unknown): Details | undefined =>
  problemsIn(value, compile(schema));

const MOST = 20;
const validators = new WeakMap<LoadedPlan, Map<string, ValidateFunction>>();

/** Compiled when first needed, kept as long as the plan. */
function validatorOf(loaded: LoadedPlan, name: string, schemaOf: () => unknown): ValidateFunction {
  let ofPlan = validators.get(loaded);
  if (!ofPlan) validators.set(loaded, (ofPlan = new Map<string, ValidateFunction>()));
  let validator = ofPlan.get(name);
  if (!validator) ofPlan.set(name, (validator = compile(schemaOf())));
  return validator;
}

function compile(schema: unknown): ValidateFunction {
  try {
    return ajv.compile(schema as object);
  } catch (error) {
    throw new PlanError('BAD_SCHEMA', `a schema of the plan cannot be used (${(error as Error).message})`);
  }
}

/** Some patterns are valid only with Unicode rules, some only without. */
const regExp = Object.assign(
  (pattern: string): RegExp => {
    try {
      return new RegExp(pattern, 'u');
    } catch {
      return new RegExp(pattern);
    }
  },
  { code: 'new RegExp' },
);

/** Formats are left to the patterns that zod writes beside them. Schemas of different plans may have the same `$id`. */
const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  validateFormats: false,
  addUsedSchema: false,
  code: { regExp },
});

function problemsIn(value: unknown, validate: ValidateFunction): Details | undefined {
  if (validate(value)) return undefined;
  return (validate.errors ?? [])
    .slice(0, MOST)
    .map((error) => ({ pointer: pointerOf(error), detail: detailOf(error) }));
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
  return message ?? 'is not valid';
}
