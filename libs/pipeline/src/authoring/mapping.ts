import { opened } from '../plan/contents.js';
import { PlanError } from '../plan/plan-error.js';
import type { Mapping } from '../plan/plan-mapping.js';

/** The values that can be read in a run: its input under `input`, and the output of each finished step; a skipped step is absent. */
export type Scope = Readonly<Record<string, unknown>>;

/** Makes a value from what is known. What is not there is undefined; throws only what `opened` does, within `withContents`. */
export type ReadScope = (scope: Scope) => unknown;

export type Path = readonly [string, ...(string | number)[]];

/**
 * A mapping as a closure. A `$ref` that leads nowhere is undefined; `$orElse` gives the first of its values that is neither undefined nor
 * null, else the last; an undefined field of an object is left out, an undefined item of an array is null, as in JSON. What reads nothing
 * is made once, and frozen.
 */
export function compileMapping(mapping: Mapping): ReadScope {
  const read = closureOf(mapping);
  if (referencesOf(mapping).length > 0) return read;
  const constant = deepFreeze(read({}));
  return () => constant;
}

/** Everything that a mapping reads. Throws a PlanError where `$ref` or `$orElse` is not what it should be. */
export function referencesOf(mapping: Mapping): readonly Path[] {
  const form = formOf(mapping);
  if (form.is === 'ref') return [form.path];
  if (form.is === 'value') return [];
  return form.parts.flatMap(([, part]) => referencesOf(part));
}

type Form =
  | { readonly is: 'value'; readonly value: unknown }
  | { readonly is: 'ref'; readonly path: Path }
  | { readonly is: 'orElse' | 'array' | 'object'; readonly parts: readonly (readonly [string, Mapping])[] };

function formOf(mapping: Mapping): Form {
  if (mapping === null || typeof mapping !== 'object') return { is: 'value', value: mapping };
  const parts = Object.entries(mapping) as [string, Mapping][];
  if (Array.isArray(mapping)) return { is: 'array', parts };
  const [key, operand] = parts.length === 1 ? (parts[0] as [string, unknown]) : [];
  if (key === '$literal') return { is: 'value', value: operand };
  if (key === '$ref') return { is: 'ref', path: pathOf(operand) };
  if (key !== '$orElse') return { is: 'object', parts };
  if (!Array.isArray(operand) || operand.length === 0)
    throw new PlanError('BAD_MAPPING', '$orElse takes a list of values');
  return { is: 'orElse', parts: Object.entries(operand) as [string, Mapping][] };
}

function pathOf(operand: unknown): Path {
  const isPath =
    Array.isArray(operand) &&
    typeof operand[0] === 'string' &&
    operand.every((part) => typeof part === 'string' || typeof part === 'number');
  if (!isPath) throw new PlanError('BAD_MAPPING', '$ref takes a path that starts with a step or `input`');
  return operand as unknown as Path;
}

function closureOf(mapping: Mapping): ReadScope {
  const form = formOf(mapping);
  switch (form.is) {
    case 'value':
      return () => form.value;
    case 'ref':
      return reader(form.path);
    case 'orElse':
      return firstOf(form.parts.map(([, part]) => compileMapping(part)));
    case 'array': {
      const items = form.parts.map(([, part]) => compileMapping(part));
      return (scope) => items.map((read) => read(scope) ?? null);
    }
    case 'object':
      return objectOf(form.parts.map(([field, part]) => ({ field, read: compileMapping(part) })));
  }
}

/** The value at a path; only what an object has of its own is found. A blob is opened where the path leads into it, and passed on where it ends there. */
function reader([from, ...path]: Path): ReadScope {
  if (path.length === 0) return (scope) => scope[from];
  return (scope) => {
    let value = scope[from];
    for (const part of path) {
      if (value === null || typeof value !== 'object') return undefined;
      if (!Object.hasOwn(value, part)) value = opened(value);
      if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
      value = (value as Record<string | number, unknown>)[part];
    }
    return value;
  };
}

function firstOf(alternatives: readonly ReadScope[]): ReadScope {
  return (scope) => {
    let value: unknown;
    for (const read of alternatives) {
      value = read(scope);
      if (value !== undefined && value !== null) return value;
    }
    return value;
  };
}

function objectOf(fields: readonly { readonly field: string; readonly read: ReadScope }[]): ReadScope {
  return (scope) => {
    const made: Record<string, unknown> = {};
    for (const { field, read } of fields) {
      const value = read(scope);
      if (value !== undefined) made[field] = value;
    }
    return made;
  };
}

function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
