import { PlanError } from '../plan/plan-error.js';
import { formsOf, type JsonSchema } from '../schemas/json-schema.js';
import type { Builder } from './builder.js';
import { schemaOf } from './output-schema.js';

/** Declares the title of a pipeline's runs. `builder` is the one on which steps are defined now. */
export function addTitle(pipeline: Builder, builder: Builder, title: unknown): void {
  if (builder !== pipeline || pipeline.labels.title !== undefined)
    throw new PlanError('BAD_LABEL', 'the title is the second, or within a step');
  for (const part of Array.isArray(title) ? (title as unknown[]) : [title]) checkType(part, 'the title');
  pipeline.labels.title = pipeline.rendered(title).mapping;
}

/** Declares the attributes of a pipeline's runs. `builder` is the one on which steps are defined now. */
export function addAttributes(
  pipeline: Builder,
  builder: Builder,
  attributes: Readonly<Record<string, unknown>>,
): void {
  if (builder !== pipeline || pipeline.labels.attributes !== undefined)
    throw new PlanError('BAD_LABEL', 'the attributes are the second, or within a step');
  for (const [name, value] of Object.entries(attributes)) checkType(value, `the attribute "${name}"`);
  pipeline.labels.attributes = Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, pipeline.rendered(value).mapping]),
  );
}

const SCALARS = ['string', 'number', 'integer', 'boolean'];

/** A value whose type is known has to be a text, a number or a boolean. */
function checkType(value: unknown, what: string): void {
  const schema = schemaOf(value);
  const other = formsOf(schema, schema).find(
    ({ type }: JsonSchema) => typeof type === 'string' && !SCALARS.includes(type),
  );
  if (other) throw new PlanError('BAD_LABEL', `${what} is of type ${String(other.type)}`);
}
