import type { JsonSchema } from '../schemas/json-schema.js';
import { PlanError } from '../plan/plan-error.js';

declare const value: unique symbol;

/** Stands for a value of type T that is there once the pipeline runs. */
export interface RefOf<T> {
  /** For the compiler only. A function, so that a T that may be undefined is not taken apart. */
  readonly [value]: () => T;
}

type Absent = undefined | null;
/** `undefined` where T may be absent, so that what is read through it may be too. */
type IfAbsent<T> = Extract<T, Absent> extends never ? never : undefined;
type Index = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

type Fields<T, Missing> = [T] extends [never]
  ? unknown
  : [T] extends [readonly (infer Item)[]]
    ? { readonly [I in Index]: Ref<Item | undefined> }
    : [T] extends [object]
      ? { readonly [K in keyof T]-?: Ref<T[K] | Missing> }
      : unknown;

/**
 * A typed reference: to the run's input, to a step's output, or to a field of these. Reading a field of it gives a reference to that field;
 * a field of something that may be absent (an optional field, an array's item, a step with a `when`) may be absent itself.
 */
export type Ref<T> = RefOf<T> & Fields<Exclude<T, Absent>, IfAbsent<T>>;

/** A value of type T, a reference to one, or objects and arrays of these. */
export type Mapped<T> =
  | RefOf<T>
  | (T extends readonly (infer Item)[]
      ? readonly Mapped<Exclude<Item, undefined>>[]
      : T extends object
        ? { readonly [K in keyof T]: Mapped<T[K]> } & { readonly [value]?: never }
        : T);

/** The type of the value behind something that is made of references. */
export type Value<T> =
  T extends RefOf<infer V>
    ? V
    : T extends readonly (infer Item)[]
      ? Value<Item>[]
      : T extends object
        ? { readonly [K in keyof T]: Value<T[K]> }
        : T;

/** The source of references: the input or a step of one pipeline. */
export interface ReferenceSource {
  readonly name: string;
  readonly schema: JsonSchema;
  /** True when the step may be skipped. */
  readonly mayBeAbsent: boolean;
  /** The pipeline under definition. */
  readonly owner: object;
  /** The cases of switches that it is within. */
  readonly guards?: readonly object[];
}

export type Reference =
  | { readonly is: 'ref'; readonly source: ReferenceSource; readonly path: readonly (string | number)[] }
  | { readonly is: 'orElse'; readonly alternatives: readonly unknown[] };

const references = new WeakMap<object, Reference>();

/** Returns what a value refers to; undefined for anything but a reference. */
export function referenceOf(given: unknown): Reference | undefined {
  return typeof given === 'object' && given !== null ? references.get(given) : undefined;
}

export function refTo<T>(source: ReferenceSource, path: readonly (string | number)[] = []): Ref<T> {
  const fields = new Map<string, unknown>();
  const proxy = new Proxy(Object.freeze({}), {
    get(_, field) {
      if (typeof field === 'symbol') return refuseAsValue(source, path, field);
      if (!fields.has(field))
        fields.set(field, refTo(source, [...path, /^(0|[1-9]\d*)$/.test(field) ? Number(field) : field]));
      return fields.get(field);
    },
    ownKeys: () => refuse(source, path),
  });
  references.set(proxy, { is: 'ref', source, path });
  return proxy as Ref<T>;
}

function refuseAsValue(source: ReferenceSource, path: readonly (string | number)[], use: symbol): undefined {
  if (use === Symbol.toPrimitive || use === Symbol.iterator) refuse(source, path);
}

/** A reference has no value while a pipeline is defined: text, sums or copies made of it would be nonsense. */
function refuse(source: ReferenceSource, path: readonly (string | number)[]): never {
  const name = [source.name, ...path].join('.');
  throw new PlanError(
    'BAD_MAPPING',
    `${name} is a reference without a value: it cannot be put into text, calculated with or spread`,
  );
}

type FirstOf<T extends readonly unknown[]> = T extends readonly [infer Only]
  ? Value<Only>
  : T extends readonly [infer First, ...infer Rest]
    ? NonNullable<Value<First>> | FirstOf<Rest>
    : never;

/** The first of these that is there when the step begins: neither absent nor null. Says what happens without an optional value. */
export function orElse<const T extends readonly [RefOf<unknown>, unknown, ...unknown[]]>(
  ...alternatives: T
): RefOf<FirstOf<T>> {
  const made = Object.freeze({});
  references.set(made, { is: 'orElse', alternatives });
  return made as RefOf<FirstOf<T>>;
}
