import { referred, valueProblems } from '@millrace/pipeline/engine';

type Schema = Readonly<Record<string, unknown>>;

const DEEPEST = 8;

/** Returns a value that fits the schema, as far as one can be made up; undefined where that fails. */
export function sampleOf(schema: unknown): { readonly value: unknown } | undefined {
  const root = (typeof schema === 'object' && schema !== null ? schema : {}) as Schema;
  const value = made(root, root, 0);
  return valueProblems(value, schema) === undefined ? { value } : undefined;
}

/** Returns a value that does not fit the schema: the value given without a field, or another type; undefined where all fits. */
export function misfitOf(schema: unknown, value: unknown): { readonly value: unknown } | undefined {
  const without = (name: string) =>
    Object.fromEntries(Object.entries(value as object).filter(([field]) => field !== name));
  const fewer = isObject(value) ? Object.keys(value).map(without) : [];
  const candidates = [...fewer, null, 'text', 7, true, [], {}, [[]]];
  const found = candidates.find((one) => valueProblems(one, schema) !== undefined);
  return found === undefined ? undefined : { value: found };
}

function made(schema: Schema, root: Schema, depth: number): unknown {
  if (typeof schema['$ref'] === 'string')
    return depth > DEEPEST ? null : made((referred(schema['$ref'], root) ?? {}) as Schema, root, depth + 1);
  if ('const' in schema) return schema['const'];
  if ('default' in schema) return schema['default'];
  for (const list of ['examples', 'enum']) if (Array.isArray(schema[list])) return (schema[list] as unknown[])[0];
  for (const union of ['anyOf', 'oneOf']) {
    const [first] = (schema[union] ?? []) as readonly Schema[];
    if (first) return made({ ...schema, [union]: undefined, ...first }, root, depth);
  }
  const parts = schema['allOf'] as readonly Schema[] | undefined;
  if (parts) return Object.assign({}, ...parts.map((part) => made(part, root, depth))) as unknown;
  const type = [schema['type']].flat().find((one) => one !== 'null') ?? (schema['properties'] ? 'object' : 'null');
  return type === 'object' ? madeObject(schema, root, depth) : madeOf(type as string, schema, { root, depth });
}

function madeObject(schema: Schema, root: Schema, depth: number): unknown {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.fromEntries(required.map((name) => [name, made(properties[name] ?? {}, root, depth + 1)]));
}

function madeOf(type: string, schema: Schema, place: { root: Schema; depth: number }): unknown {
  const bound = (name: string, otherwise: number) => (typeof schema[name] === 'number' ? schema[name] : otherwise);
  if (type === 'string') {
    const text = FORMATS[String(schema['format'])] ?? 'A short text of the stage check.';
    return text.slice(0, bound('maxLength', Infinity)).padEnd(bound('minLength', 0), 'x');
  }
  if (type === 'number' || type === 'integer') {
    const least = Math.max(bound('minimum', -Infinity), bound('exclusiveMinimum', -Infinity) + 1);
    return Math.min(Math.max(1, Math.ceil(least)), bound('maximum', Infinity));
  }
  if (type === 'boolean') return true;
  if (type !== 'array') return null;
  const item = () => made((schema['items'] ?? {}) as Schema, place.root, place.depth + 1);
  return Array.from({ length: bound('minItems', 0) }, item);
}

const FORMATS: Readonly<Record<string, string>> = {
  email: 'check@example.com',
  uri: 'https://example.com/',
  'date-time': '2026-01-31T09:00:00Z',
  date: '2026-01-31',
  uuid: '3b241101-e2bb-4255-8caf-4136c566a962',
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
