import { z } from 'zod';

type Json = Readonly<Record<string, unknown>>;

/** Keywords that servers with strict schemas refuse; what they ask for is checked when the answer is here. */
const UNSENT = new Set([
  ...['$schema', 'default', 'format', 'pattern', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
]);

/**
 * Returns a schema in the form that servers with strict schemas take: every property is required, one that may be missing
 * may be null instead, and no other is allowed.
 */
export function strictJsonSchema(schema: z.ZodType): Json {
  return strict(z.toJSONSchema(schema, { io: 'output' }) as Json);
}

function strict(schema: Json): Json {
  const kept = Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => (UNSENT.has(key) ? [] : [[key, strictValue(key, value)]])),
  );
  if (schema.type !== 'object') return kept;
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Json>>;
  const required = new Set(schema.required as readonly string[] | undefined);
  const sent = Object.entries(properties).map(([name, property]) => {
    const given = strict(property);
    return [name, required.has(name) ? given : { anyOf: [given, { type: 'null' }] }];
  });
  return {
    ...kept,
    properties: Object.fromEntries(sent) as Json,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

function strictValue(key: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const holdsSchemas = key === 'anyOf' || key === 'allOf' || key === 'oneOf' || key === 'prefixItems';
    return holdsSchemas ? value.map((one) => strict(one as Json)) : value;
  }
  return key === 'items' && typeof value === 'object' ? strict(value as Json) : value;
}

/** An answer without the nulls that stand for what is missing. */
export function fromStrict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromStrict);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== null)
      .map(([key, one]) => [key, fromStrict(one)]),
  );
}
