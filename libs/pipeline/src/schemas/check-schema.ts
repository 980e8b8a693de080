import { linearPattern } from './linear-pattern.js';
import { PlanError, type PlanErrorCode } from '../plan/plan-error.js';
import { escaped, isSchemaObject, referred, type SchemaObject, subschemasOf } from './subschemas.js';

/** The most values that a schema may be made of. */
const MOST_VALUES = 10_000;
/** The deepest nesting, and the most references in a row. */
const DEEPEST = 100;
/** The most parts beside each other: each is nested into the one before when they are compiled. */
const MOST_PARTS = {
  ...{ allOf: 250, anyOf: 250, oneOf: 250, prefixItems: 250 },
  ...{ properties: 500, patternProperties: 250, required: 500, dependentRequired: 250, dependentSchemas: 250 },
};
/** The largest size of all its patterns together. */
const LARGEST_PATTERNS = 50_000;

/** Keywords by which a schema means something outside itself, or something else for each who refers to it. */
const UNSUPPORTED = ['$anchor', '$dynamicRef', '$dynamicAnchor', '$recursiveRef', '$recursiveAnchor', '$vocabulary'];

/**
 * Refuses a schema that cannot be used, or that would keep whoever uses it busy: too large or deep, references that lead nowhere, outside or only to
 * themselves, patterns that need back-tracking. A type that holds itself (a tree) is fine.
 * @throws {PlanError} that names the place, as a JSON pointer into the schema
 */
export function checkSchema(schema: unknown, what: string): void {
  new Checking(schema, what).check();
}

const OPEN = -1;

class Checking {
  /** Returns the number of schemas that look at the same value in a row, from this one on; `OPEN` while that is being found out. */
  private readonly heights = new Map<SchemaObject, number>();
  /** The place where each schema was found. */
  private readonly places = new Map<unknown, string>();
  private patterns = 0;

  constructor(
    private readonly root: unknown,
    private readonly what: string,
  ) {}

  check(): void {
    this.measure();
    const waiting: { schema: unknown; pointer: string }[] = [{ schema: this.root, pointer: '' }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { schema, pointer } = next;
      if (this.places.has(schema)) continue;
      this.places.set(schema, pointer);
      this.checkOne(schema, pointer);
      if (!isSchemaObject(schema)) continue;
      for (const sub of subschemasOf(schema))
        if (!isListOfNames(sub)) waiting.push({ schema: sub.schema, pointer: pointer + sub.pointer });
      if ('$ref' in schema) waiting.push({ schema: referred(schema['$ref'], this.root), pointer: this.refOf(schema) });
    }
    for (const schema of this.places.keys()) if (isSchemaObject(schema)) this.heightOf(schema);
  }

  /** Without recursion: a value may be nested deeper than the stack. */
  private measure(): void {
    const waiting: { value: unknown; depth: number }[] = [{ value: this.root, depth: 0 }];
    let values = 0;
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (++values > MOST_VALUES)
        throw this.refused('TOO_COMPLEX', '', `it is made of more than ${MOST_VALUES} values`);
      const { value, depth } = next;
      if (typeof value !== 'object' || value === null) continue;
      if (depth >= DEEPEST) throw this.refused('TOO_COMPLEX', '', `it is nested deeper than ${DEEPEST} levels`);
      for (const part of Object.values(value)) waiting.push({ value: part, depth: depth + 1 });
    }
  }

  private checkOne(schema: unknown, pointer: string): void {
    if (typeof schema === 'boolean') return;
    if (!isSchemaObject(schema)) throw this.refused('BAD_SCHEMA', pointer, 'there is no schema');
    for (const keyword of UNSUPPORTED)
      if (keyword in schema) throw this.refused('BAD_SCHEMA', `${pointer}/${keyword}`, `"${keyword}" is not supported`);
    if ('$id' in schema && schema !== this.root)
      throw this.refused('BAD_SCHEMA', `${pointer}/$id`, 'a schema within a schema can have no "$id"');
    if ('$ref' in schema && referred(schema['$ref'], this.root) === undefined) throw this.badReference(schema, pointer);
    for (const [keyword, most] of Object.entries(MOST_PARTS)) {
      const parts = schema[keyword];
      if (typeof parts === 'object' && parts !== null && Object.keys(parts).length > most)
        throw this.refused('TOO_COMPLEX', `${pointer}/${keyword}`, `there are more than ${most}`);
    }
    if (typeof schema['pattern'] === 'string') this.checkPattern(schema['pattern'], `${pointer}/pattern`);
    if (isSchemaObject(schema['patternProperties']))
      for (const pattern of Object.keys(schema['patternProperties']))
        this.checkPattern(pattern, `${pointer}/patternProperties/${escaped(pattern.slice(0, 100))}`);
  }

  private badReference({ $ref }: SchemaObject, pointer: string): PlanError {
    const reference = String($ref).slice(0, 200);
    const why = reference.startsWith('#')
      ? `"${reference}" leads nowhere`
      : `"${reference}" leads out of the schema: put what it refers to under "$defs"`;
    return this.refused('BAD_SCHEMA', `${pointer}/$ref`, why);
  }

  private checkPattern(pattern: string, pointer: string): void {
    try {
      this.patterns += linearPattern(pattern).size;
    } catch (error) {
      throw this.refused('BAD_PATTERN', pointer, `the pattern cannot be used (${(error as Error).message})`);
    }
    if (this.patterns > LARGEST_PATTERNS)
      throw this.refused('BAD_PATTERN', pointer, 'the patterns of the schema are too large together');
  }

  /** A schema must not come back to itself for the very same value: there would be no end to it. */
  private heightOf(schema: SchemaObject, depth = 0): number {
    const known = this.heights.get(schema);
    if (known === OPEN) throw this.refused('BAD_SCHEMA', this.places.get(schema) ?? '', 'it refers only to itself');
    if (known !== undefined) return known;
    this.heights.set(schema, OPEN);
    const next = subschemasOf(schema).flatMap((sub) => (sub.to === 'same' ? [sub.schema] : []));
    if ('$ref' in schema) next.push(referred(schema['$ref'], this.root));
    let height = 0;
    if (depth <= DEEPEST)
      for (const one of next) if (isSchemaObject(one)) height = Math.max(height, this.heightOf(one, depth + 1));
    if (depth > DEEPEST || height >= DEEPEST)
      throw this.refused('TOO_COMPLEX', this.places.get(schema) ?? '', 'references lead too far in a row');
    this.heights.set(schema, height + 1);
    return height + 1;
  }

  private refOf({ $ref }: SchemaObject): string {
    return typeof $ref === 'string' ? $ref.replace(/^#/, '').slice(0, 200) : '';
  }

  private refused(code: PlanErrorCode, pointer: string, why: string): PlanError {
    return new PlanError(code, `${this.what} cannot be used${pointer === '' ? '' : ` at ${pointer}`}: ${why}`);
  }
}

/** The older `dependencies` may list names instead. */
const isListOfNames = ({ schema, pointer }: { schema: unknown; pointer: string }): boolean =>
  pointer.startsWith('/dependencies/') && Array.isArray(schema);
