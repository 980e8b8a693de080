import { fieldOf, type JsonSchema } from '../schemas/json-schema.js';
import { referenceOf } from './reference.js';

/** The JSON Schema of what something made of references will be. What cannot be told is left open. */
export function schemaOf(given: unknown): JsonSchema {
  const reference = referenceOf(given);
  if (reference?.is === 'orElse') return { anyOf: reference.alternatives.map(schemaOf) };
  if (reference) {
    const { source, path } = reference;
    const found = path.reduce<JsonSchema>((schema, part) => fieldOf(schema, part, source.schema).field, source.schema);
    // What it refers to within the schema that it was taken from would be lost.
    return path.length > 0 && JSON.stringify(found).includes('"$ref"') ? {} : found;
  }
  if (Array.isArray(given)) return { type: 'array', items: { anyOf: given.map(schemaOf) } };
  if (typeof given === 'object' && given !== null) {
    const fields = Object.entries(given).filter(([, field]) => field !== undefined);
    const required = fields.filter(([, field]) => !mayBeAbsent(field)).map(([name]) => name);
    return {
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, field]) => [name, schemaOf(field)])),
      required,
    };
  }
  return { const: given };
}

/** Returns true when the value may be absent in the end: an optional field, a skipped step. */
function mayBeAbsent(given: unknown): boolean {
  const reference = referenceOf(given);
  if (!reference) return false;
  if (reference.is === 'orElse') return reference.alternatives.every(mayBeAbsent);
  let { schema } = reference.source;
  if (reference.source.mayBeAbsent) return true;
  return reference.path.some((part) => {
    const { field, mayBeAbsent } = fieldOf(schema, part, reference.source.schema);
    schema = field;
    return mayBeAbsent;
  });
}
