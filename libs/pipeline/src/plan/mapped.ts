import { PlanError } from './plan-error.js';
import type { Mapping } from './plan.js';
import { type Reference, referenceOf, type ReferenceSource } from '../authoring/reference.js';

export interface Rendered {
  readonly mapping: Mapping;
  /** The sources that it refers to. */
  readonly sources: readonly ReferenceSource[];
}

/** References, literals, and objects and arrays of these, as the plan has them. Throws a PlanError for what JSON cannot say. */
export function renderMapped(given: unknown, where = ''): Rendered {
  const reference = referenceOf(given);
  if (reference) return renderReference(reference, where);
  if (given === null || typeof given === 'string' || typeof given === 'boolean' || Number.isFinite(given))
    return literal(given as Mapping);
  if (Array.isArray(given)) {
    const items = given.map((item, i) => renderMapped(item, `${where}/${i}`));
    return { mapping: items.map(({ mapping }) => mapping), sources: items.flatMap(({ sources }) => sources) };
  }
  if (isPlainObject(given)) return renderObject(given, where);
  throw new PlanError('BAD_MAPPING', `there is a ${kindOf(given)} at ${where === '' ? 'the top' : where}`);
}

function renderReference(reference: Reference, where: string): Rendered {
  if (reference.is === 'ref') {
    const { source, path } = reference;
    return { mapping: { $ref: [source.name, ...path] }, sources: [source] };
  }
  const parts = reference.alternatives.map((alternative) => renderMapped(alternative, where));
  return {
    mapping: { $orElse: parts.map(({ mapping }) => mapping) },
    sources: parts.flatMap(({ sources }) => sources),
  };
}

function renderObject(given: object, where: string): Rendered {
  const fields = Object.entries(given)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => ({ key, ...renderMapped(field, `${where}/${key}`) }));
  const mapping = Object.fromEntries(fields.map((field) => [field.key, field.mapping]));
  const sources = fields.flatMap((field) => field.sources);
  const [only, another] = fields;
  if (another || !only || !['$ref', '$orElse', '$literal'].includes(only.key)) return { mapping, sources };
  if (sources.length === 0) return { mapping: { $literal: given }, sources };
  throw new PlanError('BAD_MAPPING', `the key "${only.key}" at ${where} means something else to a plan`);
}

const literal = (mapping: Mapping): Rendered => ({ mapping, sources: [] });

const isPlainObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

const kindOf = (value: unknown): string =>
  typeof value === 'object'
    ? ((value as object).constructor?.name ?? 'object')
    : typeof value === 'number'
      ? String(value)
      : typeof value;
