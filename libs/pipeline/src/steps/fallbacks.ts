import type { Failure } from '@millrace/contracts';
import type { Builder } from '../authoring/builder.js';
import type { AnyOptions, OneOrMore } from '../authoring/definition.js';
import { misfit, rooted } from '../schemas/fits.js';
import type { JsonSchema } from '../schemas/json-schema.js';
import type { Rendered } from '../plan/mapped.js';
import { FAILURE } from '../authoring/names.js';
import { PlanError } from '../plan/plan-error.js';
import type { Fallback, StageStep, Work } from '../plan/plan.js';
import type { ReferenceSource } from '../authoring/reference.js';
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
export const failureSource = (owner: Builder): ReferenceSource => ({
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

const listOf = <T>(one: OneOrMore<T> | undefined): readonly T[] =>
  one === undefined ? [] : Array.isArray(one) ? (one as readonly T[]) : [one as T];

/** The fallbacks of a step, in order. */
export const fallbacksOf = ({ fallback }: Pick<Work & StageStep, 'fallback'>): readonly Fallback[] => listOf(fallback);

/** Returns the work of a step: its stage, or its `nth` fallback, counted from 1. */
export const workOf = (step: StageStep, nth: number): StageStep | Fallback => fallbacksOf(step)[nth - 1] ?? step;

/** Whom to ask next after a failure: the number of a fallback; 0 where there is none for it. */
export function fallbackAfter(step: Pick<StageStep, 'fallback'>, nth: number, code: string): number {
  return fallbacksOf(step).findIndex(({ on }, i) => i >= nth && (on?.includes(code) ?? true)) + 1;
}

/** Returns the fallbacks of a step, for its plan; whatever else they read has to end before the step begins. */
export function fallbackSpec(
  builder: Builder,
  step: string,
  { fallback, wanted }: { fallback: AnyOptions['fallback']; wanted: JsonSchema },
): { spec: { fallback?: StageStep['fallback'] }; given: readonly Rendered[] } {
  if (fallback === undefined) return { spec: {}, given: [] };
  const made = listOf(fallback).map((one) => oneOf(builder, step, { one, wanted }));
  const specs = made.map(({ spec }) => spec);
  return { spec: { fallback: Array.isArray(fallback) ? specs : specs[0] }, given: made.map(({ given }) => given) };
}

type Given = NonNullable<AnyOptions['fallback']> extends OneOrMore<infer T> ? T : never;

function oneOf(builder: Builder, step: string, { one, wanted }: { one: Given; wanted: JsonSchema }) {
  const { stage, input } = one;
  const reason = misfit(rooted(builder.outputOf(stage, step)), rooted(wanted));
  if (reason !== undefined)
    throw new PlanError('FALLBACK_OUTPUT', `what its fallback "${stage.name}" gives does not fit (${reason})`, step);
  const given = builder.failing(input, step);
  const spec = {
    stage: stage.name,
    input: given.mapping,
    ...codesOf(one, step),
    ...builder.tries(one, stage, step),
  };
  return { given, spec };
}

/** The codes of failures for which something is. */
export function codesOf({ on }: { readonly on?: readonly string[] }, step: string): { on?: string[] } {
  if (on === undefined) return {};
  if (FailureCodes.safeParse(on).error)
    throw new PlanError('BAD_RETRY', `its codes of failures are not valid: ${on.join(', ')}`, step);
  return { on: [...on] };
}
