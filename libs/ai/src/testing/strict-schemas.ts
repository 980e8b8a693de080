type Json = Readonly<Record<string, unknown>>;

const KEYWORDS = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  'description',
]);

/** Returns what a server with strict schemas refuses in a schema, each with its place; empty where it takes the schema. */
export function refusedBySchemas(schema: unknown, at = '$'): string[] {
  if (Array.isArray(schema)) return schema.flatMap((one, index) => refusedBySchemas(one, `${at}[${index}]`));
  if (typeof schema !== 'object' || schema === null) return [];
  const { type, properties, required, additionalProperties, items, anyOf } = schema as Json;
  const named = Object.entries((properties ?? {}) as Json);
  const isStrict =
    additionalProperties === false && JSON.stringify(named.map(([name]) => name)) === JSON.stringify(required ?? []);
  const unknown = Object.keys(schema).filter((key) => !KEYWORDS.has(key));
  return [
    ...(type === 'object' && !isStrict ? [`${at}: every property has to be required, and no other allowed`] : []),
    ...unknown.map((key) => `${at}: ${key} is not supported`),
    ...named.flatMap(([name, one]) => refusedBySchemas(one, `${at}.${name}`)),
    ...refusedBySchemas(items, `${at}[]`),
    ...refusedBySchemas(anyOf, `${at}|`),
  ];
}
