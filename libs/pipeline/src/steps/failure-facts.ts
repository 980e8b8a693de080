import type { Failure } from '@millrace/contracts';
import { FAILURE } from '../authoring/names.js';
import type { ReferenceSource } from '../authoring/reference.js';
import { PlanError } from '../plan/plan-error.js';
import type { JsonSchema } from '../schemas/json-schema.js';
import { FailureCodes } from './retry-policy.js';

/** The properties of a failure that a fallback or a handler can read. */
export interface FailureFacts {
  readonly code: string;
  readonly kind: Failure['kind'];
  readonly message: string;
  /** The step, or the item of one. */
  readonly step: string;
}

const text: JsonSchema = { type: 'string' };
const SCHEMA: JsonSchema = {
  type: 'object',
  properties: { code: text, kind: { type: 'string', enum: ['transient', 'permanent'] }, message: text, step: text },
  required: ['code', 'kind', 'message', 'step'],
};

/** The failure, for an input that is made of it. */
export const failureSource = (owner: object): ReferenceSource => ({
  name: FAILURE,
  schema: SCHEMA,
  mayBeAbsent: false,
  owner,
});

export const factsOf = ({ code, kind, message }: Failure, step: string): FailureFacts => ({
  code,
  kind,
  message,
  step,
});

/** The codes of failures for which something is. */
export function codesOf({ on }: { readonly on?: readonly string[] }, step: string): { on?: string[] } {
  if (on === undefined) return {};
  if (FailureCodes.safeParse(on).error)
    throw new PlanError('BAD_RETRY', `its codes of failures are not valid: ${on.join(', ')}`, step);
  return { on: [...on] };
}
