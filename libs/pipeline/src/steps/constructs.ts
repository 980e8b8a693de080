import { z } from 'zod';
import { type Body, bodyOf } from './body.js';
import type { Builder } from '../authoring/builder.js';
import { compensationOf } from './compensation.js';
import { type Condition, eq, not, or, type Test } from '../authoring/conditions.js';
import type { AnyOptions } from '../authoring/definition.js';
import { millisecondsOf } from '../authoring/duration.js';
import { fieldOf, type JsonSchema, jsonSchemaOf } from '../schemas/json-schema.js';
import { checkStepName } from '../authoring/names.js';
import { schemaOf } from '../authoring/output-schema.js';
import { PlanError } from '../plan/plan-error.js';
import type { Plan, PlanStep, RaceStep } from '../plan/plan.js';
import { type Ref, type RefOf, referenceOf } from '../authoring/reference.js';
import { policyOf } from './retry-policy.js';

/** Defines work on the builder it is given; what it returns is the work's output. */
export type Define = (builder: Builder) => unknown;

/** The same work for each item of a list. */
export function addMap(
  builder: Builder,
  name: string,
  context: AnyOptions & { list: unknown; work: Define },
): Ref<never> {
  const { list, work, as = 'item', concurrency = 1_000, onItemFailure, ...options } = context;
  checkStepName(as);
  const over = builder.rendered(list, name);
  const own = { [as]: fieldOf(schemaOf(list), 0, schemaOf(list)).field, [`${as}Index`]: NUMBER };
  const body = bodyFor(builder, name, { own, work });
  const policy = onItemFailure ?? (options.onFailure === undefined ? 'park' : 'fail');
  const step: PlanStep = {
    kind: 'map',
    over: over.mapping,
    as,
    work: body.work,
    concurrency,
    onItemFailure: policy,
    predecessors: [],
    ...builder.common(name, options, z.array(z.unknown())),
  };
  const output: JsonSchema = { type: 'array', items: policy === 'collect' ? {} : body.output };
  const waitsFor = [...builder.waits(name, options, [over]), ...builder.steps(body.reads)];
  return builder.add(name, { step, output, waitsFor }, options);
}

type LoopOf = AnyOptions & { output: z.ZodType; work: Define; until: (round: Ref<never>) => Test };

/** The same work again, until a condition holds. */
export function addLoop(builder: Builder, name: string, context: LoopOf): Ref<never> {
  const { output: type, work, until, as = 'previous', start, max = 1, onLimit = 'go-on', ...options } = context;
  checkStepName(as);
  const output = jsonSchemaOf(type, 'input', `the output of loop "${name}"`);
  const given = start === undefined ? undefined : builder.rendered(start, name);
  const before = { [as]: start === undefined ? { anyOf: [output, { type: 'null' }] } : output };
  const own = { ...before, [`${as}Index`]: NUMBER };
  const body = bodyFor(builder, name, { own, work });
  const after = builder.within({ ...own, [as]: output });
  const ends = after.condition(until(after.known(as)), name);
  const step: PlanStep = {
    kind: 'loop',
    as,
    ...(given && { start: given.mapping }),
    work: body.work,
    until: ends.text,
    max,
    onLimit,
    predecessors: [],
    ...builder.common(name, options, type),
  };
  const reads = builder.steps([...body.reads, ...after.outside.keys()]);
  const waitsFor = [...builder.waits(name, options, given ? [given] : []), ...reads];
  return builder.add(name, { step, output, waitsFor }, options);
}

/** Several works at once, of which the first to complete counts. */
export function addRace(
  builder: Builder,
  name: string,
  { branches, ...options }: AnyOptions & { branches: Readonly<Record<string, Define>> },
): Ref<never> {
  const bodies = Object.entries(branches).map(([key, work]) => {
    checkStepName(key);
    return { key, ...bodyFor(builder, name, { own: {}, work, alwaysRun: true }) };
  });
  if (bodies.length === 0) throw new PlanError('BAD_MAPPING', 'nothing races', name);
  const step: PlanStep = {
    kind: 'race',
    branches: Object.fromEntries(bodies.map(({ key, work }) => [key, work])) as RaceStep['branches'],
    predecessors: [],
    ...builder.common(name, options, z.unknown()),
  };
  const reads = builder.steps(bodies.flatMap((body) => body.reads));
  const output = { anyOf: bodies.map((body) => body.output) };
  return builder.add(name, { step, output, waitsFor: [...builder.waits(name, options, []), ...reads] }, options);
}

/** Another pipeline, as a run of its own. */
export function addRun(
  builder: Builder,
  name: string,
  context: AnyOptions & { plan: Plan; output: JsonSchema; input: unknown },
): Ref<never> {
  const { plan, output, input, retry = 1, ...options } = context;
  const given = builder.rendered(input, name);
  const undo = compensationOf(builder, name, { compensate: options.compensate, output });
  const step: PlanStep = {
    kind: 'run',
    plan,
    input: given.mapping,
    retry: policyOf(retry, name),
    ...(options.timeout !== undefined && { timeoutMs: millisecondsOf(options.timeout, name) }),
    predecessors: [],
    ...builder.common(name, options, z.unknown()),
    ...undo.spec,
  };
  return builder.add(name, { step, output, waitsFor: builder.waits(name, options, [given, ...undo.given]) }, options);
}

interface Cases {
  readonly on: RefOf<string>;
  readonly cases: Readonly<Record<string, () => unknown>>;
  readonly otherwise: (() => unknown) | undefined;
}

/** Steps of which those of one case are wanted: each gets the case's condition. What the case gives is put together by a step of the name given. */
export function addChoice(builder: Builder, name: string, { on, cases, otherwise }: Cases): Ref<never> {
  const own = Object.entries(cases).map(([value, work]) => ({ value, work, condition: eq(on, value) }));
  const [first, ...rest] = own.map(({ condition }) => condition);
  if (!first) throw new PlanError('BAD_MAPPING', 'there is nothing to choose from', name);
  const outputs = own.map(({ value, ...one }) => caseOf(builder, caseName(name, value), one));
  if (otherwise) {
    const condition = not(or(first, ...rest));
    outputs.push(caseOf(builder, caseName(name, OTHERWISE), { condition, work: otherwise }));
  }
  return builder.value(name, { outputs, schema: { anyOf: outputs.map(schemaOf) }, mayBeAbsent: !otherwise });
}

function caseOf(builder: Builder, name: string, options: { condition: Condition; work: () => unknown }): unknown {
  return builder.guarded(options.condition, () => {
    const given = options.work();
    const reference = referenceOf(given);
    // What a step of this case gives is there in this case alone; anything else becomes so.
    return reference?.is === 'ref' && reference.source.guards?.includes(options.condition)
      ? given
      : builder.value(name, { outputs: [given], schema: schemaOf(given), mayBeAbsent: false });
  });
}

/** The case for what is none of the others. */
export const OTHERWISE = 'otherwise';

/** `route`, `lost-card` → `routeLostCard`: what a case gives, where that is more than a step of it. */
export const caseName = (step: string, value: string): string =>
  step +
  value
    .replaceAll(/(?:^|[^a-zA-Z0-9]+)([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase())
    .replaceAll(/[^a-zA-Z0-9]/g, '');

const NUMBER: JsonSchema = { type: 'integer' };

function bodyFor(
  builder: Builder,
  step: string,
  { own, work, alwaysRun = false }: { own: Record<string, JsonSchema>; work: Define; alwaysRun?: boolean },
): Body {
  const nested = builder.within(own);
  try {
    return bodyOf(nested, { output: work(nested), alwaysRun });
  } catch (error) {
    throw error instanceof PlanError && error.step === undefined ? new PlanError(error.code, error.what, step) : error;
  }
}
