import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { Plan, PlanStep } from '../plan/plan.js';

/** The parts of zod's definitions that are asked about. */
interface Def {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType: z.ZodType;
  readonly getter: () => z.ZodType;
  readonly options: readonly z.ZodType[];
  readonly element: z.ZodType;
  readonly valueType: z.ZodType;
  readonly defaultValue: unknown;
  readonly entries: Readonly<Record<string, string>>;
}
const defOf = (type: z.ZodType): Def => type._zod.def as unknown as Def;
/** In place of a value: all that the type has. */
const ANY = Symbol('any value');
const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Everything that a plan can say: each field, each alternative, each word, once a place; a plan within a plan is one place for all. */
export const sayable = (): ReadonlySet<string> => new Set(saidIn(Plan, ANY, 'plan'));

/** Returns the paths of the values that a plan sets; defaults are not among them. */
export const saidBy = (plan: Plan): ReadonlySet<string> => new Set(saidIn(Plan, plan, 'plan'));

function saidIn(type: z.ZodType, value: unknown, at: string): readonly string[] {
  const def = defOf(type);
  switch (def.type) {
    case 'optional':
      return value === undefined ? [] : saidIn(def.innerType, value, at);
    case 'default':
      if (isDeepStrictEqual(value, def.defaultValue)) return [];
      return saidIn(def.innerType, value, at).filter((one) => one !== `${at}=${String(def.defaultValue)}`);
    case 'lazy': {
      const inner = def.getter();
      // Any other refers to itself: it is JSON.
      return inner === PlanStep ? saidIn(inner, value, at) : [at];
    }
    case 'object':
      if (type === Plan && at !== 'plan') return [at, ...(value === ANY ? [] : saidIn(Plan, value, 'plan'))];
      return [
        at,
        ...Object.entries(def.shape!).flatMap(([key, field]) => saidIn(field, partOf(value, key), `${at}.${key}`)),
      ];
    case 'array':
      return [at, ...itemsOf(value).flatMap((item) => saidIn(def.element, item, `${at}[]`))];
    case 'record':
      return [at, ...itemsOf(value).flatMap((item) => saidIn(def.valueType, item, `${at}{}`))];
    case 'union':
      return def.options.flatMap((option, i) =>
        value === ANY || option.safeParse(value).success ? saidIn(option, value, `${at}|${nameOf(option, i)}`) : [],
      );
    case 'enum':
      return Object.values(def.entries)
        .filter((word) => value === ANY || value === word)
        .map((word) => `${at}=${word}`);
    default:
      return value === undefined ? [] : [at];
  }
}

/** Alternatives are named by their kinds, where they have such. */
function nameOf(option: z.ZodType, i: number): string {
  const { kind, by } = defOf(option).shape ?? {};
  const named = kind ?? by;
  return named ? [...(named._zod as unknown as { values: Set<string> }).values].join('/') : String(i);
}

const partOf = (value: unknown, key: string): unknown =>
  value === ANY ? ANY : isFields(value) ? value[key] : undefined;
const itemsOf = (value: unknown): readonly unknown[] =>
  value === ANY ? [ANY] : isFields(value) ? Object.values(value) : [];
