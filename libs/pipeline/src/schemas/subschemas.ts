/** A JSON Schema's object form. */
export type SchemaObject = Readonly<Record<string, unknown>>;

/** A schema within a schema, and how the outer one applies it. */
export interface Subschema {
  readonly schema: unknown;
  /** From the outer schema: JSON pointer. */
  readonly pointer: string;
  /** `same`: to the value itself; `part`: to something within the value; `none`: only where somebody refers to it. */
  readonly to: 'same' | 'part' | 'none';
}

type Shape = 'one' | 'list' | 'map';

/** Every keyword of 2020-12 that holds schemas. */
const KEYWORDS: Readonly<Record<string, readonly [Shape, Subschema['to']]>> = {
  allOf: ['list', 'same'],
  anyOf: ['list', 'same'],
  oneOf: ['list', 'same'],
  not: ['one', 'same'],
  if: ['one', 'same'],
  then: ['one', 'same'],
  else: ['one', 'same'],
  dependentSchemas: ['map', 'same'],
  dependencies: ['map', 'same'],
  properties: ['map', 'part'],
  patternProperties: ['map', 'part'],
  additionalProperties: ['one', 'part'],
  unevaluatedProperties: ['one', 'part'],
  propertyNames: ['one', 'part'],
  items: ['one', 'part'],
  prefixItems: ['list', 'part'],
  unevaluatedItems: ['one', 'part'],
  contains: ['one', 'part'],
  $defs: ['map', 'none'],
  definitions: ['map', 'none'],
};

export const isSchemaObject = (value: unknown): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');

/** The schemas directly within a schema, without those it refers to. */
export function subschemasOf(schema: SchemaObject): readonly Subschema[] {
  const found: Subschema[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const known = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (!known) continue;
    const [shape, to] = known;
    if (shape === 'one') found.push({ schema: value, pointer: `/${keyword}`, to });
    else if (typeof value === 'object' && value !== null)
      for (const [key, one] of Object.entries(value))
        found.push({ schema: one, pointer: `/${keyword}/${escaped(key)}`, to });
  }
  return found;
}

/** Returns what a reference within a schema leads to; undefined where it leads nowhere, or out of the schema. */
export function referred(reference: unknown, root: unknown): unknown {
  if (typeof reference !== 'string' || !/^#(?:\/|$)/.test(reference)) return undefined;
  let at: unknown = root;
  for (const part of reference.split('/').slice(1)) {
    const key = keyOf(part);
    if (key === undefined || typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}

function keyOf(part: string): string | undefined {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return undefined; // A lone `%`.
  }
}
