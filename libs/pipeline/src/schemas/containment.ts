import { isDeepStrictEqual } from 'node:util';
import { referred } from './subschemas.js';
import { schemaTest } from './validation.js';

/** A place in a schema, as a JSON pointer, and what keeps the values of one from being values of the other. */
export interface Misfit {
  readonly pointer: string;
  readonly detail: string;
}

type Schema = { readonly [keyword: string]: unknown };

interface Comparison {
  /** If true, `additionalProperties: false` of the wanted side refuses fields that it does not name; a reader ignores them instead. */
  readonly closed: boolean;
  /** If true, only types, named fields and fixed values are compared, not lengths, bounds or patterns; schemas that are too complex to be compared fit. */
  readonly typesOnly?: boolean;
}

interface Sides extends Comparison {
  readonly given: { readonly root: Schema };
  readonly wanted: { readonly root: Schema };
  /** Pairs that are being compared further up: a type that holds itself fits where the rest of it does. */
  readonly open: [unknown, unknown][];
}

/**
 * Returns the reason for which some value that `given` allows would not be allowed by `wanted`; nothing where every value is. Sound: what it lets pass passes. It is
 * exact but for a given form that only several wanted forms together cover, for ranges of integers that are spelled out in the other, and for
 * rules of JSON Schema it does not know, which have to be equal.
 * Fields that a schema does not name are taken for absent.
 */
export function misfits(given: unknown, wanted: unknown, options: Comparison): readonly Misfit[] {
  if (isDeepStrictEqual(given, wanted)) return [];
  stepsLeft = MOST_STEPS;
  try {
    return compared(given, wanted, options);
  } catch (error) {
    if (error !== TOO_COMPLEX && !(error instanceof RangeError)) throw error;
    return options.typesOnly ? [] : [{ pointer: '', detail: 'is too complex to be compared' }];
  }
}

/** The most forms that are put together and compared. */
const MOST_STEPS = 200_000;
/** A schema within a schema is compiled to try values. */
const STEPS_OF_TEST = 200;
const TOO_COMPLEX = new Error('The schemas are too complex to be compared.');
let stepsLeft = 0;

function charge(steps: number): void {
  stepsLeft -= steps;
  if (stepsLeft < 0) throw TOO_COMPLEX;
}

function compared(given: unknown, wanted: unknown, options: Comparison): readonly Misfit[] {
  const sides = { given: { root: objectOf(given) }, wanted: { root: objectOf(wanted) }, open: [], ...options };
  return compare(given, wanted, { sides, pointer: '' });
}

interface SchemaPair {
  readonly sides: Sides;
  readonly pointer: string;
}

const at = ({ sides, pointer }: SchemaPair, ...parts: readonly string[]): SchemaPair => ({
  sides,
  pointer: pointer + parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
});
const says = ({ pointer }: SchemaPair, detail: string): readonly Misfit[] => [{ pointer, detail }];

function compare(given: unknown, wanted: unknown, place: SchemaPair): readonly Misfit[] {
  charge(1);
  const { sides } = place;
  if (sides.open.some(([one, other]) => one === given && other === wanted)) return [];
  if (sides.open.length > 200) return sides.typesOnly ? [] : says(place, 'is nested too deeply to be compared');
  sides.open.push([given, wanted]);
  try {
    const targets = formsOf(wanted, sides.wanted.root, every);
    return formsOf(given, sides.given.root, merged).flatMap((form) => {
      const tried = targets.map((target) => compareForms(form, target, place));
      if (tried.some((found) => found.length === 0)) return [];
      // The one that comes nearest says best what is wrong.
      return tried.sort((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0] ?? says(place, 'takes nothing');
    });
  } finally {
    sides.open.pop();
  }
}

const depthOf = (found: readonly Misfit[]): number => Math.min(...found.map(({ pointer }) => pointer.length));

function compareForms(given: Schema, wanted: Schema, place: SchemaPair): readonly Misfit[] {
  charge(1);
  if (wanted['allOf']) return (wanted['allOf'] as unknown[]).flatMap((part) => compare(given, part, place));
  const values = valuesOf(given);
  if (values) {
    charge(STEPS_OF_TEST + values.length);
    const rules = place.sides.typesOnly ? typeRulesOf(wanted) : wanted;
    const allows = schemaTest({ ...rules, $defs: place.sides.wanted.root['$defs'] });
    const refused = values.filter((value) => !allows(value));
    return refused.length === 0 ? [] : says(place, `may be ${refused.map((one) => JSON.stringify(one)).join(', ')}`);
  }
  const only = valuesOf(wanted);
  if (only) return says(place, `may be other than ${only.map((one) => JSON.stringify(one)).join(', ')}`);
  const type = wanted['type'];
  if (type !== undefined && given['type'] !== type && !(given['type'] === 'integer' && type === 'number'))
    return says(place, `is ${String(given['type'] ?? 'anything')}, not ${String(type)}`);
  return [
    ...(place.sides.typesOnly
      ? []
      : Object.keys(wanted).flatMap((keyword) => compareRule(keyword, { given, wanted }, place))),
    ...(['object', undefined].includes(given['type'] as string) ? compareFields(given, wanted, place) : []),
    ...(['array', undefined].includes(given['type'] as string) ? compareItems(given, wanted, place) : []),
  ];
}

const typeRulesOf = (schema: Schema): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => ['type', 'enum', 'const'].includes(keyword)));

/** Rules by which a value has to be at least, or at most, something: each with what absence means. */
const LEAST: Readonly<Record<string, number>> = { minLength: 0, minItems: 0, minProperties: 0 };
const MOST = ['maxLength', 'maxItems', 'maxProperties'];
const BOUNDS = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum'];
/** Saying nothing about values. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...[
    '$defs',
    '$schema',
    '$id',
    '$comment',
    'title',
    'description',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
  ],
]);
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...ANNOTATIONS,
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'prefixItems'],
]);
/** The type of value that a rule is about; values of other types pass it. */
const ABOUT: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern', 'format', 'contentEncoding', 'contentMediaType'],
  array: ['minItems', 'maxItems', 'uniqueItems', 'contains'],
  object: ['minProperties', 'maxProperties', 'propertyNames', 'patternProperties', 'dependentRequired'],
  number: [...BOUNDS, 'multipleOf'],
};

function compareRule(
  keyword: string,
  { given, wanted }: { given: Schema; wanted: Schema },
  place: SchemaPair,
): readonly Misfit[] {
  const [has, wants] = [given[keyword], wanted[keyword]];
  if (ELSEWHERE.has(keyword) || isDeepStrictEqual(has, wants)) return [];
  const type = given['type'] === 'integer' ? 'number' : given['type'];
  const about = Object.entries(ABOUT).find(([, keywords]) => keywords.includes(keyword))?.[0];
  if (about !== undefined && type !== undefined && type !== about) return [];
  if (BOUNDS.includes(keyword))
    return isWithin(keyword, given, Number(wants)) ? [] : says(place, `${keyword} ${String(wants)}`);
  if (keyword in LEAST && Number(has ?? LEAST[keyword]) >= Number(wants)) return [];
  if (MOST.includes(keyword) && Number(has ?? Infinity) <= Number(wants)) return [];
  if (keyword === 'multipleOf' && isMultiple(given, Number(wants))) return [];
  if (keyword === 'uniqueItems' && wants === false) return [];
  return says(place, `${keyword} ${JSON.stringify(wants)}`);
}

const isMultiple = (given: Schema, number: number): boolean =>
  Number.isInteger(Number(given['multipleOf'] ?? (given['type'] === 'integer' ? 1 : NaN)) / number);

/** Returns true when all numbers of `given` keep the bound. */
function isWithin(keyword: string, given: Schema, bound: number): boolean {
  const isUpper = keyword.endsWith('aximum');
  const sign = isUpper ? 1 : -1;
  const [closed, open] = isUpper ? ['maximum', 'exclusiveMaximum'] : ['minimum', 'exclusiveMinimum'];
  const reached = given[closed] === undefined ? undefined : Number(given[closed]) * sign;
  const below = given[open] === undefined ? undefined : Number(given[open]) * sign;
  if (below !== undefined && given['type'] === 'integer')
    return isWithin(keyword, { ...given, [open]: undefined, [closed]: (Math.ceil(below) - 1) * sign }, bound);
  const isOpen = keyword.startsWith('exclusive');
  if (below !== undefined && below <= bound * sign) return true;
  return reached !== undefined && (isOpen ? reached < bound * sign : reached <= bound * sign);
}

function compareFields(given: Schema, wanted: Schema, place: SchemaPair): readonly Misfit[] {
  const [has, wants] = [objectOf(given['properties']), objectOf(wanted['properties'])];
  const hasOthers = place.sides.typesOnly ? undefined : given['additionalProperties'];
  const wantsOthers = wanted['additionalProperties'];
  const required = new Set(listOf(given['required']));
  const missing = listOf(wanted['required'])
    .filter((key) => !required.has(key))
    .flatMap((key) => says(at(place, key), 'may be missing'));
  const fields = Object.keys({ ...has, ...wants }).flatMap((key) => {
    const one = own(has, key) ?? (isSchema(hasOthers) ? hasOthers : undefined);
    if (one === undefined || one === false) return [];
    const other = own(wants, key) ?? (wantsOthers === false ? undefined : (wantsOthers ?? true));
    if (other !== undefined) return compare(one, other, at(place, key));
    return place.sides.closed ? says(at(place, key), 'is not taken') : [];
  });
  if (!isSchema(hasOthers) || wantsOthers === undefined || wantsOthers === true) return [...missing, ...fields];
  if (wantsOthers !== false) return [...missing, ...fields, ...compare(hasOthers, wantsOthers, at(place, '*'))];
  return [...missing, ...fields, ...(place.sides.closed ? says(at(place, '*'), 'is not taken') : [])];
}

function compareItems(given: Schema, wanted: Schema, place: SchemaPair): readonly Misfit[] {
  const count = Math.max(tupleOf(given).length, tupleOf(wanted).length) + 1;
  return Array.from({ length: count }, (_, i) => i).flatMap((i) => {
    if (i >= Number(given['maxItems'] ?? Infinity)) return [];
    const last = i === count - 1;
    return compare(itemAt(given, i), itemAt(wanted, i), at(place, last ? 'items' : String(i)));
  });
}

const tupleOf = (schema: Schema): readonly unknown[] => (schema['prefixItems'] as unknown[] | undefined) ?? [];
const itemAt = (schema: Schema, i: number): unknown => tupleOf(schema)[i] ?? schema['items'] ?? true;

const isSchema = (others: unknown): others is Schema => typeof others === 'object' && others !== null;
const objectOf = (value: unknown): Schema => (isSchema(value) ? value : {});
const listOf = (value: unknown): readonly string[] => (value as readonly string[] | undefined) ?? [];
const own = (fields: Schema, key: string): unknown => (Object.hasOwn(fields, key) ? fields[key] : undefined);

/** The only values of a schema, where they are few. */
function valuesOf(schema: Schema): readonly unknown[] | undefined {
  if (schema['enum']) return schema['enum'] as readonly unknown[];
  if ('const' in schema) return [schema['const']];
  if (schema['type'] === 'null') return [null];
  return schema['type'] === 'boolean' ? [true, false] : undefined;
}

/** Every form that a value may have: references followed, unions taken apart, what has to hold at once put together. */
function formsOf(schema: unknown, root: Schema, join: Join): readonly Schema[] {
  charge(1);
  if (schema === false) return [];
  if (schema === true || !isSchema(schema)) return [{}];
  const { $ref, anyOf, oneOf, allOf, ...rest } = schema;
  if (isDeepStrictEqual(rest['not'], {})) return [];
  const parts = [
    ...(typeof $ref === 'string' ? [formsOf(referred($ref, root), root, join)] : []),
    ...[anyOf, oneOf].filter(Boolean).map((union) => (union as unknown[]).flatMap((form) => formsOf(form, root, join))),
    ...((allOf as unknown[] | undefined) ?? []).map((part) => formsOf(part, root, join)),
  ];
  const own = Array.isArray(rest['type']) ? rest['type'].map((type): Schema => ({ ...rest, type })) : [rest];
  return parts.reduce<readonly Schema[]>((all, forms) => {
    charge(all.length * forms.length);
    return all.flatMap((a) => forms.map((b) => (saysNothing(a) ? b : join(a, b))));
  }, own);
}

/** One schema for what has to hold at once. */
type Join = (a: Schema, b: Schema) => Schema;

const every: Join = (a, b) => ({ allOf: [a, b] });

/** At least what keeps both: of a rule that both have, one is enough. */
const merged: Join = (a, b) => {
  const fields = { ...objectOf(a['properties']) };
  for (const [key, field] of Object.entries(objectOf(b['properties'])))
    fields[key] = key in fields ? { allOf: [fields[key], field] } : field;
  return {
    ...b,
    ...a,
    ...(Object.keys(fields).length > 0 && { properties: fields }),
    ...((a['required'] ?? b['required']) !== undefined && {
      required: [...listOf(a['required']), ...listOf(b['required'])],
    }),
  };
};

const saysNothing = (schema: Schema): boolean => Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword));
