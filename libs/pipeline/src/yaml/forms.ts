import type { z } from 'zod';
import { CelText, MappingSchema } from '../plan/plan-mapping.js';
import { FAILURE } from '../authoring/names.js';
import {
  Fallback,
  Given,
  HandlerPlan,
  Plan,
  PlanStep,
  RetryPolicy,
  RunWork,
  SchemaJson,
  StepCache,
  Work,
} from '../plan/plan.js';
import { Concurrency, Schedule, Starts, Trigger } from '../starts/starts.js';

/**
 * The written form of each part of a plan. All of it follows from the zod types of the plan: a field that is added there can be written at once. What this
 * file adds are short forms and what counts where nothing is said.
 */
export type Form =
  | { readonly is: 'mapping' | 'condition' | 'schema' | 'duration' | 'plan' | 'work' | 'run' }
  | { readonly is: 'plain'; readonly type: z.ZodType }
  | { readonly is: 'list' | 'record'; readonly of: Form }
  | { readonly is: 'union'; readonly of: readonly Form[]; readonly types: readonly z.ZodType[] }
  | { readonly is: 'kinds'; readonly by: string; readonly of: ReadonlyMap<string, ObjectForm> }
  | ObjectForm;

export interface ObjectForm {
  readonly is: 'object';
  readonly fields: readonly Field[];
  /** The field that a value alone stands for. */
  readonly short: string | undefined;
  /** The names that can be read within it alone. */
  readonly own: readonly string[];
}

export interface Field {
  /** In the plan, and in the text. */
  readonly name: string;
  readonly text: string;
  readonly form: Form;
  readonly isOptional: boolean;
  /** The default, as the plan has it. */
  readonly otherwise: unknown;
}

/** The key with which a step of each kind begins, which tells it from others, and the field under it. Any other kind is named by `kind`. */
export const HEADS: Readonly<Record<string, { readonly key: string; readonly field: string }>> = {
  stage: { key: 'stage', field: 'stage' },
  run: { key: 'run', field: 'plan' },
  review: { key: 'review', field: 'schema' },
  signal: { key: 'signal', field: 'schema' },
  map: { key: 'map', field: 'over' },
  loop: { key: 'until', field: 'until' },
  race: { key: 'race', field: 'branches' },
  value: { key: 'value', field: 'value' },
  sleep: { key: 'sleep', field: 'ms' },
};

/** The field that a value alone stands for, and the defaults where the plan itself has none. */
const SHORT = new Map<z.ZodType, string>([
  [RetryPolicy, 'maxAttempts'],
  [Schedule, 'cron'],
  [Trigger, 'topic'],
  [Concurrency, 'limit'],
  [StepCache, 'maxAgeMs'],
]);
const OWN = new Map<z.ZodType, readonly string[]>([
  [Fallback, [FAILURE]],
  [Given, [FAILURE]],
  [HandlerPlan, [FAILURE]],
]);
const ONCE = RetryPolicy.parse({ maxAttempts: 1 });
const OTHERWISE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  run: { retry: ONCE },
  map: { as: 'item', concurrency: 1_000, onItemFailure: 'park' },
  loop: { as: 'previous', onLimit: 'go-on' },
};
const OF_OBJECT = new Map<z.ZodType, Readonly<Record<string, unknown>>>([
  [Plan, { inputSchema: {}, output: null }],
  [Schedule, { input: {} }],
  [Trigger, { input: { $ref: ['record', 'value'] } }],
]);
/** The defaults of fields that have to be there in the plan, wherever they are. */
const OF_FIELD: Readonly<Record<string, unknown>> = { retry: RetryPolicy.parse({}), timeoutMs: 30_000 };

const RENAMED: Readonly<Record<string, string>> = { work: 'do', inputSchema: 'input' };

/** `timeoutMs` is a length of time, written as `timeout: 30s`. */
const isTime = (name: string): boolean => /[a-z]Ms$/.test(name) || name === 'ms';
/** Returns the name in the text for a field of the plan. */
export const textOf = (name: string): string =>
  RENAMED[name] ?? (isTime(name) && name !== 'ms' ? name.slice(0, -2) : name);

const known = new Map<z.ZodType, Form>();

/** The written form of a value of one of the plan's types. */
export function formOf(type: z.ZodType, name = ''): Form {
  const inner = unwrapped(type);
  const { def } = inner._zod as unknown as { def: Def };
  if (def.type === 'number' && isTime(name)) return { is: 'duration' };
  let form = known.get(inner);
  if (!form) known.set(inner, (form = derived(inner, def)));
  return form;
}

/** The parts of zod's definitions that are asked about. */
interface Def {
  readonly type: string;
  /** The fields of an object. Each of these is there for its kind of type alone. */
  readonly shape: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly options: readonly z.ZodType[];
  readonly discriminator?: string;
  readonly element: z.ZodType;
  readonly valueType: z.ZodType;
  readonly defaultValue?: unknown;
  readonly values?: readonly unknown[];
}
const defOf = (type: z.ZodType): Def => type._zod.def as unknown as Def;

function unwrapped(type: z.ZodType): z.ZodType {
  const { innerType } = defOf(type);
  return innerType && ['optional', 'default'].includes(defOf(type).type) ? unwrapped(innerType) : type;
}

function derived(type: z.ZodType, def: Def): Form {
  if (type === MappingSchema) return { is: 'mapping' };
  if (type === CelText) return { is: 'condition' };
  if (type === SchemaJson) return { is: 'schema' };
  if (type === Plan) return { is: 'plan' };
  if (type === (Work as z.ZodType)) return { is: 'work' };
  if (type === (RunWork as z.ZodType)) return { is: 'run' };
  const plain: Form = { is: 'plain', type };
  switch (def.type) {
    case 'object':
      return objectForm(type, def.shape);
    case 'array':
      return orPlain({ is: 'list', of: formOf(def.element) }, plain);
    case 'record':
      return orPlain({ is: 'record', of: formOf(def.valueType) }, plain);
    case 'union':
      return def.discriminator === undefined
        ? orPlain({ is: 'union', of: def.options.map((option) => formOf(option)), types: def.options }, plain)
        : { is: 'kinds', by: def.discriminator, of: kindsOf(def.options, def.discriminator) };
    default:
      return plain;
  }
}

/** Returns the plain form where nothing is written otherwise than in the plan, so that it is checked as a whole. */
function orPlain(form: Form & { is: 'list' | 'record' | 'union' }, plain: Form): Form {
  const parts = form.is === 'union' ? form.of : [form.of];
  return parts.every((part) => part.is === 'plain') ? plain : form;
}

function kindsOf(options: readonly z.ZodType[], by: string): ReadonlyMap<string, ObjectForm> {
  return new Map(
    options.flatMap((option) => {
      const { [by]: kindField, ...rest } = defOf(option).shape;
      const kinds = [...(kindField?._zod as unknown as { values: Set<string> }).values];
      return kinds.map((kind) => [kind, objectForm(option, rest, kind)] as const);
    }),
  );
}

function objectForm(type: z.ZodType, shape: Readonly<Record<string, z.ZodType>>, kind = ''): ObjectForm {
  const own = { ...OTHERWISE[kind], ...OF_OBJECT.get(type) };
  const fields = Object.entries(shape).map(([name, field]): Field => {
    const isOptional = defOf(field).type === 'optional';
    const otherwise = Object.hasOwn(own, name) ? own[name] : isOptional ? undefined : otherwiseOf(field, name);
    return { name, text: textOf(name), form: formOf(field, name), isOptional, otherwise };
  });
  return { is: 'object', fields, short: SHORT.get(type), own: OWN.get(type) ?? [] };
}

function otherwiseOf(field: z.ZodType, name: string): unknown {
  const { type, defaultValue, values } = defOf(field);
  if (type === 'default') return defaultValue;
  return type === 'literal' && values?.length === 1 ? values[0] : OF_FIELD[name];
}

/** The steps of a plan by kind, and the work that they do. */
export const STEPS = formOf(PlanStep) as Form & { is: 'kinds' };
export const WORKS = kindsOf(defOf(Work).options, 'kind');
/** The form of triggers and schedules, which stand at the top of a document. */
export const STARTS = formOf(Starts) as ObjectForm;
/** The fields of a plan that are read and written apart: its steps, and what is the same for all plans. */
const APART = ['format', 'given', 'steps', 'starts'];
const settings = objectForm(Plan, defOf(Plan).shape);
export const SETTINGS = settings.fields.filter(({ name }) => !APART.includes(name));
