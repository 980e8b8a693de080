type Json = Readonly<Record<string, unknown>>;

/**
 * Repairs what models often get wrong in an answer and what can only mean one thing under its JSON Schema: another case or other
 * separators in an enum's value, numbers and booleans as text, percentages where a share from 0 to 1 is asked for, and one object
 * in a list where the object is asked for.
 */
export function repaired(value: unknown, schema: Json): unknown {
  const options = optionsOf(schema);
  if (options.length > 1) {
    const fitting = options.find((option) => typeIs(value, option.type)) ?? options.find(({ type }) => type !== 'null');
    return value === null || fitting === undefined ? value : repaired(value, fitting);
  }
  if (Array.isArray(schema.enum)) return enumValue(value, schema.enum);
  switch (schema.type) {
    case 'number':
    case 'integer':
      return numberValue(value, schema);
    case 'boolean':
      return booleanValue(value);
    case 'array':
      return Array.isArray(value) ? value.map((one) => repaired(one, (schema.items ?? {}) as Json)) : value;
    case 'object':
      return objectValue(Array.isArray(value) && value.length === 1 ? value[0] : value, schema);
    default:
      return value;
  }
}

function optionsOf({ anyOf, oneOf }: Json): readonly Json[] {
  const options = anyOf ?? oneOf;
  return Array.isArray(options) ? (options as Json[]) : [];
}

function typeIs(value: unknown, type: unknown): boolean {
  if (Array.isArray(value)) return type === 'array';
  if (typeof value === 'number') return type === 'number' || type === 'integer';
  return typeof value === type;
}

const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/** Two values of an enum that differ in case alone are told apart by nobody else: neither is chosen then. */
function enumValue(value: unknown, allowed: readonly unknown[]): unknown {
  if (typeof value !== 'string' || allowed.includes(value)) return value;
  const same = allowed.filter((one) => typeof one === 'string' && bare(one) === bare(value));
  return same.length === 1 ? same[0] : value;
}

function numberValue(value: unknown, { minimum, maximum }: Json): unknown {
  const isShare = minimum === 0 && maximum === 1;
  const [, digits, percent] =
    typeof value === 'string' && value.length < 60
      ? (/^\s*(-?\d{1,15}(?:\.\d{1,15})?)\s*(%?)\s*$/.exec(value) ?? [])
      : [];
  const number = digits === undefined ? value : Number(digits);
  if (typeof number !== 'number' || !isShare) return percent ? value : number;
  return percent || (number > 1 && number <= 100) ? number / 100 : number;
}

function booleanValue(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > 20) return value;
  if (/^\s*(?:true|yes)\s*$/i.test(value)) return true;
  return /^\s*(?:false|no)\s*$/i.test(value) ? false : value;
}

function objectValue(value: unknown, schema: Json): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Json>>;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, repaired(one, properties[name] ?? {})]));
}
