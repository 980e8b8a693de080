import { z } from 'zod';
import { PlanError } from '../plan/plan-error.js';

/** The part of JSON Schema (2020-12) that zod writes and that is asked about here. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

/** A zod type as JSON Schema: of what is given (`input`, defaults optional) or of what comes out (`output`). Throws a PlanError where JSON cannot say it. */
export function jsonSchemaOf(type: z.ZodType, io: 'input' | 'output', what: string): JsonSchema {
  try {
    return JSON.parse(
      JSON.stringify(z.toJSONSchema(type, { io, override: ({ zodSchema }) => refuseFlags(zodSchema) })),
    ) as JsonSchema;
  } catch (error) {
    throw new PlanError('BAD_SCHEMA', `${what} cannot be written as JSON Schema (${(error as Error).message})`);
  }
}

/** Patterns travel without their flags; one that needs them would mean something else to whoever reads the schema. */
function refuseFlags({ _zod: { def } }: z.core.$ZodType): void {
  for (const one of [def, ...(def.checks ?? []).map((check) => check._zod.def)]) {
    const pattern = 'pattern' in one ? one.pattern : undefined;
    if (pattern instanceof RegExp && /[ims]/.test(pattern.flags)) throw new Error(`the pattern ${pattern} has flags`);
  }
}

/** Every form that a value may have: references followed, unions taken apart; null is left out. */
export function formsOf(schema: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  if (schema.$ref !== undefined) return formsOf(resolve(schema.$ref, root), root);
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return union.flatMap((form) => formsOf(form, root));
  if (schema.allOf) return [merged(partsOf(schema).flatMap((part) => formsOf(part, root)))];
  if (typeof schema.type === 'object') return schema.type.flatMap((type) => formsOf({ ...schema, type }, root));
  return schema.type === 'null' ? [] : [schema];
}

export function mayBeNull(schema: JsonSchema, root: JsonSchema): boolean {
  if (schema.$ref !== undefined) return mayBeNull(resolve(schema.$ref, root), root);
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return union.some((form) => mayBeNull(form, root));
  if (schema.allOf) return partsOf(schema).every((part) => mayBeNull(part, root));
  if (schema.enum) return schema.enum.includes(null);
  if ('const' in schema) return schema.const === null;
  return schema.type === undefined || schema.type === 'null' || schema.type.includes('null');
}

/** Returns the schema found under a key or index, and whether the value may be absent. */
export function fieldOf(
  schema: JsonSchema,
  key: string | number,
  root: JsonSchema,
): { field: JsonSchema; mayBeAbsent: boolean } {
  const forms = formsOf(schema, root);
  const found = forms.flatMap((form) => ownField(form, key) ?? []);
  const mayBeAbsent =
    found.length < forms.length || forms.length === 0 || forms.some((form) => !form.required?.includes(String(key)));
  return { field: (found.length === 1 && found[0]) || { anyOf: found.length > 0 ? found : [{}] }, mayBeAbsent };
}

function ownField(form: JsonSchema, key: string | number): JsonSchema | undefined {
  const own = form.properties && Object.hasOwn(form.properties, key) ? form.properties[key] : undefined;
  const rest = form.type === 'array' ? form.items : form.additionalProperties;
  return own ?? (typeof rest === 'object' ? rest : undefined);
}

/** Says whether a value of the schema can have the field. Fields that the schema neither names nor describes count only where it is open altogether. */
export const canHaveField = (schema: JsonSchema, key: string | number, root: JsonSchema): boolean =>
  formsOf(schema, root).some(
    (form) => ownField(form, key) !== undefined || form.additionalProperties === true || isOpen(form),
  );

const isOpen = ({ type, properties, enum: values, ...rest }: JsonSchema): boolean =>
  type === undefined && properties === undefined && values === undefined && !('const' in rest);

/** Returns the types that a field of an object may have; undefined where its schema leaves the type open. */
export function typesOfField(schema: JsonSchema, key: string): readonly string[] | undefined {
  const { field } = fieldOf(schema, key, schema);
  const types = formsOf(field, schema).map(typeOfForm);
  if (!types.every((type) => type !== undefined)) return undefined;
  return [...new Set([...types, ...(mayBeNull(field, schema) ? ['null'] : [])])];
}

function typeOfForm({ type, enum: values, const: only }: JsonSchema): string | undefined {
  if (typeof type === 'string') return type;
  const types = new Set((values ?? [only]).map((value) => typeof value));
  const [one, another] = types;
  return one !== undefined && another === undefined && ['string', 'number', 'boolean'].includes(one) ? one : undefined;
}

function resolve(pointer: string, root: JsonSchema): JsonSchema {
  const parts = pointer.split('/').slice(1);
  return parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)[decode(part)], root) as JsonSchema;
}

const decode = (part: string): string => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');

/** Returns the schemas that have to hold at once: those beside `allOf`, and those in it. */
function partsOf({ allOf = [], ...own }: JsonSchema): readonly JsonSchema[] {
  return [own, ...allOf];
}

function merged(parts: readonly JsonSchema[]): JsonSchema {
  return parts.reduce((all, part) => ({
    ...all,
    ...part,
    properties: { ...all.properties, ...part.properties },
    required: [...(all.required ?? []), ...(part.required ?? [])],
  }));
}
