import { escaped, isSchemaObject, referred } from './subschemas.js';
import { type Budget, DEEPEST, type Shape, typeOf, typesOf } from './shape.js';

/** A place within a value, as a JSON pointer, what is wrong there, and whether it is wrong whatever happens. */
export interface Unfit {
  readonly pointer: string;
  readonly detail: string;
  readonly never: boolean;
}

interface ShapePosition {
  readonly pointer: string;
  readonly depth: number;
  readonly budget: Budget;
}

interface Wanted {
  readonly schema: unknown;
  readonly root: unknown;
}

/** Says why a value of a shape does not fit a schema. It errs on the side of fitting: what it cannot tell fits. */
export const unfit = (shape: Shape, schema: unknown, budget: Budget): readonly Unfit[] =>
  fit(shape, { schema, root: schema }, { pointer: '', depth: 0, budget });

const says = ({ pointer }: ShapePosition, detail: string): readonly Unfit[] => [{ pointer, detail, never: true }];
const maybe = (found: readonly Unfit[]): readonly Unfit[] => found.map((one) => ({ ...one, never: false }));
const isNever = (found: readonly Unfit[]): boolean => found.some(({ never }) => never);

function fit(shape: Shape, wanted: Wanted, place: ShapePosition): readonly Unfit[] {
  const { schema, root } = wanted;
  if (shape.is === 'unknown' || !place.budget.spend() || place.depth > DEEPEST) return [];
  if (schema === false) return says(place, 'is not taken');
  if (!isSchemaObject(schema)) return [];
  const deeper = { ...place, depth: place.depth + 1 };
  const into = (one: unknown) => fit(shape, { schema: one, root }, deeper);
  if (shape.is === 'oneOf') return fitOfSome(shape.options.map((option) => fit(option, wanted, deeper)));
  if (schema['$ref'] !== undefined) return into(referred(schema['$ref'], root));
  if (Array.isArray(schema['allOf'])) return schema['allOf'].flatMap(into);
  for (const union of [schema['anyOf'], schema['oneOf']]) if (Array.isArray(union)) return fitOfAny(union.map(into));
  if (shape.is === 'schema') return fitOfSchema(shape, wanted, deeper);
  return fitOfValue(shape, { ...wanted, schema }, deeper);
}

/** The value has one of several forms, nobody knows which. */
function fitOfSome(found: readonly (readonly Unfit[])[]): readonly Unfit[] {
  const [first] = found;
  if (first && found.every(isNever)) return first;
  return maybe(found.flat()).slice(0, 1);
}

/** The value may fit any of several schemas; the one that it comes nearest to says best what is wrong. */
function fitOfAny(found: readonly (readonly Unfit[])[]): readonly Unfit[] {
  if (found.some((one) => one.length === 0)) return [];
  const depth = (one: readonly Unfit[]) => Math.max(...one.map(({ pointer }) => pointer.length));
  const [nearest = []] = [...found].sort((a, b) => depth(b) - depth(a));
  return found.every(isNever) ? nearest : maybe(nearest);
}

type Schema = Readonly<Record<string, unknown>>;
type Concrete = Exclude<Shape, { is: 'unknown' | 'oneOf' | 'schema' }>;

function fitOfValue(shape: Concrete, wanted: Wanted & { schema: Schema }, place: ShapePosition): readonly Unfit[] {
  const { schema } = wanted;
  if (shape.is === 'absent') return says(place, shape.why);
  if (shape.is === 'literal') return fitOfLiteral(shape.value, wanted, place);
  const types = typesOf(schema);
  if (types && !types.includes(shape.is)) return says(place, `is an ${shape.is}, not ${types.join(' or ')}`);
  if (shape.is === 'array') {
    if (schema['prefixItems'] !== undefined) return [];
    const wantedItem = { ...wanted, schema: schema['items'] };
    return shape.items.flatMap((item, i) =>
      item.is === 'absent' ? [] : fit(item, wantedItem, { ...place, pointer: `${place.pointer}/${i}` }),
    );
  }
  return fitOfFields(shape.fields, wanted, place);
}

function fitOfFields(
  fields: ReadonlyMap<string, Shape>,
  wanted: Wanted & { schema: Schema },
  place: ShapePosition,
): readonly Unfit[] {
  const { properties, required, additionalProperties, patternProperties } = wanted.schema;
  const known = isSchemaObject(properties) ? properties : {};
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  const at = (key: string): ShapePosition => ({ ...place, pointer: `${place.pointer}/${escaped(key)}` });
  const missing = needed.filter((key): key is string => typeof key === 'string' && !fields.has(key));
  return [
    ...missing.flatMap((key) => says(at(key), 'is required, and the step never gives it')),
    ...[...fields].flatMap(([key, field]) => {
      const own = Object.hasOwn(known, key);
      const rest = patternProperties === undefined ? additionalProperties : undefined;
      const found = fit(field, { ...wanted, schema: own ? known[key] : rest }, at(key));
      if (needed.includes(key)) return found;
      // What is absent is left out.
      const options = field.is === 'oneOf' ? field.options : [field];
      const given = options.filter((option) => option.is !== 'absent');
      if (given.length === options.length) return found;
      return maybe(given.flatMap((option) => fit(option, { ...wanted, schema: own ? known[key] : rest }, at(key))));
    }),
  ];
}

function fitOfLiteral(value: unknown, wanted: Wanted & { schema: Schema }, place: ShapePosition): readonly Unfit[] {
  const { schema } = wanted;
  const only = onlyValues(schema);
  if (only && (typeof value !== 'object' || value === null)) {
    if (only.includes(value)) return [];
    return says(place, `is ${JSON.stringify(value)}, not ${only.map((one) => JSON.stringify(one)).join(' or ')}`);
  }
  const types = typesOf(schema);
  if (types && !types.some((type) => overlap(typeOf(value), type)))
    return says(place, `is ${JSON.stringify(value).slice(0, 100)}, not ${types.join(' or ')}`);
  if (Array.isArray(value))
    return fitOfValue({ is: 'array', items: value.map((one) => ({ is: 'literal', value: one })) }, wanted, place);
  if (typeof value !== 'object' || value === null) return [];
  const fields = Object.entries(value).map(([key, one]): [string, Shape] => [key, { is: 'literal', value: one }]);
  return fitOfFields(new Map(fields), wanted, place);
}

const onlyValues = (schema: Schema): readonly unknown[] | undefined =>
  Array.isArray(schema['enum']) ? schema['enum'] : 'const' in schema ? [schema['const']] : undefined;

/** A number may be a whole one. */
const overlap = (given: string, wanted: string): boolean =>
  given === wanted || ([given, wanted].includes('integer') && [given, wanted].includes('number'));

function fitOfSchema(shape: Shape & { is: 'schema' }, wanted: Wanted, place: ShapePosition): readonly Unfit[] {
  const given = shape.schema;
  const schema = wanted.schema as Schema;
  if (!isSchemaObject(given)) return [];
  const into = (one: unknown) => fit({ ...shape, schema: one }, wanted, place);
  if (given['$ref'] !== undefined) return into(referred(given['$ref'], shape.root));
  for (const union of [given['anyOf'], given['oneOf']])
    if (Array.isArray(union)) return fitOfSome(union.filter((one) => !(shape.notNull && isNull(one))).map(into));
  if ('allOf' in given || 'if' in given || 'not' in given) return [];
  const values = onlyValues(given)?.filter((value) => !(shape.notNull && value === null));
  if (values) return fitOfSome(values.map((value) => fit({ is: 'literal', value }, wanted, place)));
  const has = typesOf(given)?.filter((type) => !(shape.notNull && type === 'null'));
  const wants = typesOf(schema);
  if (!has || !wants) return [];
  const fitting = has.filter((one) => wants.some((other) => overlap(one, other)));
  if (fitting.length === 0) return says(place, `is ${has.join(' or ')}, not ${wants.join(' or ')}`);
  if (fitting.length < has.length) return maybe(says(place, `may be other than ${wants.join(' or ')}`));
  return has.length === 1 && has[0] === 'object' ? fitOfObjects(shape, { ...wanted, schema }, place) : [];
}

const isNull = (schema: unknown): boolean => isSchemaObject(schema) && typesOf(schema)?.join() === 'null';

/** Returns how the fields of an object that a schema describes fit. */
function fitOfObjects(
  { schema, root }: Shape & { is: 'schema' },
  wanted: Wanted & { schema: Schema },
  place: ShapePosition,
): readonly Unfit[] {
  const { properties, required, additionalProperties } = schema as Schema;
  const known = isSchemaObject(properties) ? properties : {};
  const wants = isSchemaObject(wanted.schema['properties']) ? wanted.schema['properties'] : {};
  const needed: readonly unknown[] = Array.isArray(wanted.schema['required']) ? wanted.schema['required'] : [];
  const sure: readonly unknown[] = Array.isArray(required) ? required : [];
  return [...new Set([...Object.keys(wants), ...needed])].flatMap((key): readonly Unfit[] => {
    if (typeof key !== 'string') return [];
    const at = { ...place, pointer: `${place.pointer}/${escaped(key)}` };
    if (!Object.hasOwn(known, key)) {
      if (!needed.includes(key) || isSchemaObject(additionalProperties)) return [];
      const found = says(at, 'is required, and is not there');
      return additionalProperties === false ? found : maybe(found);
    }
    const field = Object.hasOwn(wants, key) ? wants[key] : true;
    const found = fit({ is: 'schema', schema: known[key], root }, { ...wanted, schema: field }, at);
    if (sure.includes(key)) return found;
    return needed.includes(key) && !isNever(found) ? maybe(says(at, 'may be missing')) : maybe(found);
  });
}
