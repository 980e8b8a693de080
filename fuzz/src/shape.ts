import fc from 'fast-check';

type Json = Readonly<Record<string, unknown>>;

/** Values that exist in the installation under attack, by the name of the field that holds one: `run`, `step`, `stage`. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>;

/** The depth to which a schema that refers to itself is followed. */
const DEEPEST = 6;

/** Makes values that a JSON Schema allows, as zod writes them. Fields whose name is in `known` mostly hold a value that exists. */
export function valueOf(schema: unknown, known: KnownValues): fc.Arbitrary<unknown> {
  const root = schema as Json;
  const find = (ref: string) =>
    ref
      .replace('#/', '')
      .split('/')
      .reduce<unknown>((at, part) => (at as Json)[part], root);

  function any(given: unknown, name: string, depth: number): fc.Arbitrary<unknown> {
    const made = plain(given, name, depth);
    const values = known[name];
    return values && values.length > 0
      ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: made })
      : made;
  }

  function plain(given: unknown, name: string, depth: number): fc.Arbitrary<unknown> {
    const { $ref, const: only, enum: choices, anyOf, oneOf, allOf, type } = (given ?? {}) as Json;
    if (depth > DEEPEST) return fc.constant(null);
    if (typeof $ref === 'string') return any($ref === '#' ? root : find($ref), name, depth + 1);
    if (only !== undefined) return fc.constant(only);
    if (Array.isArray(choices)) return fc.constantFrom(...(choices as unknown[]));
    const branches = (anyOf ?? oneOf) as readonly unknown[] | undefined;
    if (branches) return fc.oneof(...branches.map((branch) => any(branch, name, depth)));
    if (Array.isArray(allOf)) return any(Object.assign({}, ...(allOf as object[])), name, depth);
    return ofType(Array.isArray(type) ? type[0] : type, given as Json, { name, depth });
  }

  function ofType(type: unknown, given: Json, { name, depth }: { name: string; depth: number }): fc.Arbitrary<unknown> {
    switch (type) {
      case 'object':
        return object(given, depth);
      case 'array':
        return fc.array(any(given['items'], name, depth + 1), {
          minLength: Number(given['minItems'] ?? 0),
          maxLength: 3,
        });
      case 'string':
        return text(given);
      case 'integer':
        return smallInteger(Number(given['minimum'] ?? 0), Number(given['maximum'] ?? Infinity));
      case 'number':
        return /at$/i.test(name) || name === 'expires'
          ? fc.integer({ min: -1_000, max: 1_000 }).map((ms) => Date.now() + ms)
          : fc.constantFrom(0.5, 1, 0.25);
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return fc.jsonValue({ maxDepth: 1 });
    }
  }

  function object(
    { properties = {}, required = [], additionalProperties }: Json,
    depth: number,
  ): fc.Arbitrary<unknown> {
    const entries = Object.entries(properties as Json).map(
      ([key, value]) => [key, any(value, key, depth + 1)] as const,
    );
    const fields = fc.record(Object.fromEntries(entries), { requiredKeys: required as never[] });
    if (typeof additionalProperties !== 'object' || entries.length > 0) return fields;
    return fc.dictionary(fc.constantFrom('a', 'b', 'classify'), any(additionalProperties, '', depth + 1), {
      maxKeys: 2,
    });
  }

  return any(schema, '', 0);
}

function text({ pattern, format, minLength, maxLength }: Json): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.constantFrom('2026-01-01T00:00:00Z', '2027-06-30T23:59:59.999+02:00');
  if (typeof pattern === 'string' && pattern.startsWith('^run_')) return fc.constant('run_00000000000000000000000000');
  const min = Number(minLength ?? 0);
  return fc.string({ minLength: min, maxLength: Math.min(Number(maxLength ?? 12), min + 12) });
}

/** Integers up to 50, or the 50 from `least` on where that is more. */
const smallInteger = (least: number, most: number): fc.Arbitrary<number> =>
  fc.integer({ min: least, max: Math.min(most, Math.max(50, least + 50)) });
