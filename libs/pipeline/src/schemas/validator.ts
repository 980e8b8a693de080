// eslint-disable-next-line no-restricted-imports -- ajv has its 2020-12 dialect, which zod writes, nowhere else
import { Ajv2020, type AnySchema, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { canonicalJson } from '../plan/hash.js';
import { linearPattern } from './linear-pattern.js';
import { isSchemaObject, referred, type SchemaObject, subschemasOf } from './subschemas.js';

/** Says what is wrong with a value; nothing where it fits. Total: it ends for every value, after a bounded number of steps. */
export type Validator = (value: unknown) => readonly ErrorObject[];

/** The most steps that the check of one value may take: ten million are some tenths of a second. */
const MOST_STEPS = 10_000_000;
/** And so many to find all that is wrong with a value that does not fit: else the first is all. */
const MOST_STEPS_FOR_ERRORS = 200_000;

/** Checking takes too many steps, or goes too deep. */
class TooCostly extends Error {}

let stepsLeft = 0;

function charge(steps: number): void {
  stepsLeft -= steps;
  if (stepsLeft < 0) throw new TooCostly();
}

/** Counts the steps of a schema's check. */
const STEPS = '$steps';

interface Cost {
  readonly base: number;
  /** For each field of an object. */
  readonly field: number;
  /** For each character of a text. */
  readonly character: number;
}

/** @throws {Error} where the schema is none */
export function validatorOf(schema: unknown): Validator {
  const copy = withCosts(schema);
  const first = compiled(first_, copy);
  let all: ValidateFunction | undefined;
  return (value) => {
    const found = within(MOST_STEPS, () => (first(value) ? [] : [...(first.errors ?? [])]));
    if (found === undefined) return [TOO_COSTLY];
    if (found.length === 0) return found;
    const every = (all ??= compiled(all_, copy));
    return within(MOST_STEPS_FOR_ERRORS, () => (every(value) ? [] : [...(every.errors ?? [])])) ?? found;
  };
}

const TOO_COSTLY: ErrorObject = {
  instancePath: '',
  schemaPath: '',
  keyword: STEPS,
  params: {},
  message: 'is too large or too deep for its schema to be checked',
};

function within<T>(steps: number, work: () => T): T | undefined {
  stepsLeft = steps;
  try {
    return work();
  } catch (error) {
    if (error instanceof TooCostly || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Compiled and forgotten again: an ajv keeps each schema for ever. */
function compiled(ajv: Ajv2020, schema: AnySchema): ValidateFunction {
  try {
    return ajv.compile(schema);
  } finally {
    ajv.removeSchema(schema);
  }
}

/** A copy in which each schema says what it costs. */
function withCosts(schema: unknown): AnySchema {
  const root = structuredClone(schema) as AnySchema;
  const waiting: unknown[] = [root];
  const seen = new Set<unknown>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!isSchemaObject(next) || seen.has(next)) continue;
    seen.add(next);
    waiting.push(...subschemasOf(next).map((sub) => sub.schema));
    if ('$ref' in next) waiting.push(referred(next['$ref'], root));
  }
  for (const one of seen) (one as Record<string, unknown>)[STEPS] = costOf(one as SchemaObject);
  return root;
}

const STEPS_OF_ALTERNATIVE = 4;

function costOf(schema: SchemaObject): Cost {
  const { anyOf, oneOf, pattern, patternProperties, minLength, maxLength, propertyNames } = schema;
  let base = 1;
  for (const [keyword, value] of Object.entries(schema))
    if (keyword !== 'enum' && keyword !== 'const' && typeof value === 'object' && value !== null)
      base += Object.keys(value).length;
  // Each alternative that does not fit leaves errors behind.
  for (const one of [anyOf, oneOf]) if (Array.isArray(one)) base += STEPS_OF_ALTERNATIVE * one.length;
  const patterns = Object.keys(isSchemaObject(patternProperties) ? patternProperties : {});
  const length = minLength !== undefined || maxLength !== undefined ? 0.1 : 0;
  return {
    base,
    field: (propertyNames === undefined ? 0 : 1) + patterns.reduce((sum, one) => sum + 10 + weightOf(one), 0),
    character: length + (typeof pattern === 'string' ? weightOf(pattern) : 0),
  };
}

/** Returns the cost of a character for a pattern: an engine without back-tracking is fast, and the slower the larger the pattern is. */
const weightOf = (pattern: string): number => 0.5 + linearPattern(pattern).size / 100;

const regExp = Object.assign((pattern: string) => linearPattern(pattern) as unknown as RegExp, {
  code: 'linearPattern',
});

/** Formats are left to the patterns that zod writes beside them. Schemas of different plans may have the same `$id`. */
function made(options: { allErrors: boolean }): Ajv2020 {
  const ajv = new Ajv2020({
    ...options,
    verbose: options.allErrors,
    strict: false,
    validateFormats: false,
    addUsedSchema: false,
    inlineRefs: false,
    code: { regExp, optimize: false },
  });
  for (const keyword of ['enum', 'const', 'uniqueItems']) ajv.removeKeyword(keyword);
  ajv.addKeyword({
    keyword: STEPS,
    before: '$ref',
    errors: false,
    compile:
      ({ base, field, character }: Cost) =>
      (value: unknown) => {
        if (typeof value === 'string') charge(base + value.length * character);
        else if (field > 0 && isSchemaObject(value)) charge(base + Object.keys(value).length * field);
        else charge(base);
        return true;
      },
  });
  ajv.addKeyword({ keyword: 'enum', schemaType: 'array', compile: (values: unknown[]) => oneOf('enum', values) });
  ajv.addKeyword({ keyword: 'const', compile: (value: unknown) => oneOf('const', [value]) });
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', compile: unique });
  return ajv;
}

type Check = ((value: unknown) => boolean) & { errors?: Partial<ErrorObject>[] };

/** As many values as there are: looked up, not gone through. */
function oneOf(keyword: 'enum' | 'const', values: readonly unknown[]): Check {
  const plain = new Set(values.filter((one) => !isNested(one)));
  const nested = new Set(values.filter(isNested).map(textOf));
  const failed = keyword === 'enum' ? { allowedValues: values } : { allowedValue: values[0] };
  const message = keyword === 'enum' ? 'must be equal to one of the allowed values' : 'must be equal to constant';
  const check: Check = (value) => {
    if (isNested(value) ? nested.size > 0 && nested.has(textOf(value)) : plain.has(value)) return true;
    return fail(check, { keyword, params: failed, message });
  };
  return check;
}

/** In one pass, where ajv compares each with each. */
function unique(isWanted: boolean): Check {
  const check: Check = (items) => {
    const before = new Map<unknown, number>();
    for (const [at, item] of isWanted ? (items as unknown[]).entries() : []) {
      // No text begins like the text of a list or an object that stands for one.
      const key = isNested(item) ? `j${textOf(item)}` : typeof item === 'string' ? `s${item}` : item;
      const same = before.get(key);
      if (same !== undefined) {
        const message = `must NOT have duplicate items (items ## ${same} and ${at} are identical)`;
        return fail(check, { keyword: 'uniqueItems', params: { i: at, j: same }, message });
      }
      before.set(key, at);
    }
    return true;
  };
  return check;
}

/** Each error copies those before it. */
const STEPS_OF_ERROR = 1_000;

function fail(check: Check, error: Partial<ErrorObject>): false {
  check.errors = [error];
  if (stepsLeft < MOST_STEPS_FOR_ERRORS) charge(STEPS_OF_ERROR);
  return false;
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The same for equal values, and for no others. */
function textOf(value: object): string {
  const text = canonicalJson(value);
  charge(text.length / 8);
  return text;
}

const first_ = made({ allErrors: false });
const all_ = made({ allErrors: true });
