import { Environment } from '@marcbachmann/cel-js';
import { PlanError } from '../plan/plan-error.js';

/** The name of the run's input in mappings and conditions; no step can have this name. */
export const INPUT = 'input';

/** The name of the failure where it is handled: `code`, `kind`, `message` and `step`. A step of this name goes first. */
export const FAILURE = 'failure';

const STEP_NAME = /^[a-z][a-zA-Z0-9]{0,63}$/;
const KEBAB_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** A step's name is also a variable in CEL and a key of objects: throws a PlanError where it cannot be one of these. */
export function checkStepName(name: string, among = new Environment()): void {
  if (name === INPUT) throw new PlanError('BAD_STEP_NAME', `"${INPUT}" is the name of the run's input`, name);
  if (!STEP_NAME.test(name)) throw new PlanError('BAD_STEP_NAME', `"${name}" is not a camelCase name`, name);
  if (name in {} || !isCelVariable(name, among))
    throw new PlanError('BAD_STEP_NAME', `"${name}" is a reserved word`, name);
}

/** The same for the names of one plan, each of which is there once. */
export function checkStepNames(names: readonly string[]): void {
  const among = new Environment();
  for (const name of names) checkStepName(name, among);
}

function isCelVariable(name: string, among: Environment): boolean {
  try {
    return among.registerVariable(name, 'dyn').parse(name).ast.op === 'id';
  } catch {
    return false;
  }
}

export const isKebabName = (name: string): boolean => KEBAB_NAME.test(name) && name.length <= 100;
