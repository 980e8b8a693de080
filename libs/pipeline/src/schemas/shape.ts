import { cut, nearestName } from '@millrace/contracts';
import type { Mapping } from '../plan/plan.js';
import { isSchemaObject, referred } from './subschemas.js';

/** The shape of a value that a mapping will make, as far as it is known. */
export type Shape =
  | { readonly is: 'unknown' }
  /** Nothing is there: why. */
  | { readonly is: 'absent'; readonly why: string }
  | { readonly is: 'literal'; readonly value: unknown }
  /** A value that a schema describes; with `notNull` anything of it but null. */
  | { readonly is: 'schema'; readonly schema: unknown; readonly root: unknown; readonly notNull?: true }
  | { readonly is: 'object'; readonly fields: ReadonlyMap<string, Shape> }
  | { readonly is: 'array'; readonly items: readonly Shape[] }
  /** One of these: several forms, or something that may be absent. */
  | { readonly is: 'oneOf'; readonly options: readonly Shape[] };

export const UNKNOWN: Shape = { is: 'unknown' };

/** The shape of what stands under a name: a step, `input`, or what was given. */
export type ShapeLookup = (name: string) => Shape;

/** Bounds how much is looked at: a shape that would take more is unknown. */
export class Budget {
  private left = 100_000;

  /** Returns false once the budget is used up. */
  spend(): boolean {
    return --this.left > 0;
  }
}

/** The depth to which references and unions are followed. */
export const DEEPEST = 50;

/** The shape of what a mapping makes. */
export function shapeOf(mapping: Mapping, names: ShapeLookup, budget: Budget): Shape {
  if (mapping === null || typeof mapping !== 'object') return { is: 'literal', value: mapping };
  if (!budget.spend()) return UNKNOWN;
  if (Array.isArray(mapping))
    return { is: 'array', items: (mapping as readonly Mapping[]).map((item) => shapeOf(item, names, budget)) };
  const entries = Object.entries(mapping) as [string, Mapping][];
  const [key, operand] = (entries.length === 1 && entries[0]) || [];
  if (key === '$literal') return { is: 'literal', value: operand };
  if (key === '$ref') {
    return shapeAt(operand as unknown as readonly [string, ...(string | number)[]], names, budget);
  }
  if (key === '$orElse') {
    const options = (operand as readonly Mapping[]).map((one) => shapeOf(one, names, budget));
    return oneOf(options.flatMap((option, i) => (i === options.length - 1 ? [option] : thereIn(option))));
  }
  return { is: 'object', fields: new Map(entries.map(([name, field]) => [name, shapeOf(field, names, budget)])) };
}

/** The shape of what a path leads to: a name, then keys and indexes. */
export const shapeAt = (
  [from, ...path]: readonly [string, ...(string | number)[]],
  names: ShapeLookup,
  budget: Budget,
): Shape => path.reduce<Shape>((shape, part) => partOf(shape, part, budget), names(from));

/** `others` are the keys that are there. */
function absent(key: string | number, others: Iterable<string> = []): Shape {
  const nearest = nearestName(String(key), others);
  const hint = nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
  return { is: 'absent', why: `there is no "${cut(String(key), 100, '…')}"${hint}` };
}

/** Returns the shape found under a key or an index. */
function partOf(shape: Shape, key: string | number, budget: Budget): Shape {
  switch (shape.is) {
    case 'unknown':
    case 'absent':
      return shape;
    case 'literal': {
      const { value } = shape;
      if (typeof value !== 'object' || value === null) return absent(key);
      if (!Object.hasOwn(value, key)) return absent(key, Object.keys(value));
      return { is: 'literal', value: (value as Record<string | number, unknown>)[key] };
    }
    case 'object':
      return shape.fields.get(String(key)) ?? absent(key, shape.fields.keys());
    case 'array':
      return shape.items[Number(key)] ?? absent(key);
    case 'oneOf':
      return oneOf(shape.options.map((option) => partOf(option, key, budget)));
    case 'schema':
      return partOfSchema(shape, key, { budget, depth: 0 });
  }
}

/** The forms of a shape in which something is there: what `$orElse` takes of all but its last value. */
function thereIn(shape: Shape): readonly Shape[] {
  if (shape.is === 'oneOf') return shape.options.flatMap(thereIn);
  if (shape.is === 'absent' || (shape.is === 'literal' && shape.value === null)) return [];
  return [shape.is === 'schema' ? { ...shape, notNull: true } : shape];
}

/** Returns the reason for which no value is there, whatever happens; undefined where one may be. */
export function absence(shape: Shape): string | undefined {
  if (shape.is === 'absent') return shape.why;
  if (shape.is !== 'oneOf') return undefined;
  const why = shape.options.map(absence);
  return why.every((one) => one !== undefined) ? why[0] : undefined;
}

export const oneOf = (options: readonly Shape[]): Shape =>
  options.length < 2 ? (options[0] ?? UNKNOWN) : { is: 'oneOf', options };

type OfSchema = Shape & { is: 'schema' };

function partOfSchema(shape: OfSchema, key: string | number, at: { budget: Budget; depth: number }): Shape {
  const { schema, root } = shape;
  if (!isSchemaObject(schema) || !at.budget.spend() || at.depth > DEEPEST) return UNKNOWN;
  const below = (one: unknown): Shape => partOfSchema({ ...shape, schema: one }, key, { ...at, depth: at.depth + 1 });
  if (schema['$ref'] !== undefined) return below(referred(schema['$ref'], root));
  for (const union of [schema['anyOf'], schema['oneOf']]) if (Array.isArray(union)) return oneOf(union.map(below));
  // Rules that hold at once, or that depend on the value, may add fields.
  if (['allOf', 'if', 'dependentSchemas', 'patternProperties', 'unevaluatedProperties'].some((rule) => rule in schema))
    return UNKNOWN;
  const types = typesOf(schema);
  if (types && !types.includes('object') && !types.includes('array')) return absent(key);
  if (types?.includes('array')) return UNKNOWN;
  const { properties, required, additionalProperties } = schema;
  const field = isSchemaObject(properties) && Object.hasOwn(properties, key) ? properties[String(key)] : undefined;
  if (field === undefined)
    return types && additionalProperties === false
      ? absent(key, isSchemaObject(properties) ? Object.keys(properties) : [])
      : UNKNOWN;
  const found: Shape = { is: 'schema', schema: field, root };
  const isThere = Array.isArray(required) && required.includes(String(key));
  return isThere ? found : { is: 'oneOf', options: [found, { is: 'absent', why: `"${key}" may be missing` }] };
}

/** The types that a schema names, those of its only values included; undefined where it names none. */
export function typesOf(schema: Readonly<Record<string, unknown>>): readonly string[] | undefined {
  const values = Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const']] : undefined;
  if (values) return [...new Set(values.map(typeOf))];
  const { type } = schema;
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? (type as readonly string[]) : undefined;
}

export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
