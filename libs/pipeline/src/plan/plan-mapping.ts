import { z } from 'zod';

/**
 * The mapping from which a step's input (or the pipeline's output) is made: JSON in which these objects stand for something else:
 * `{ "$ref": ["classify", "label"] }` a value of an earlier step's output (first part: the step, or `input` for the run's input);
 * `{ "$orElse": [a, b] }` the first of them that is there; `{ "$literal": x }` x as it is, whatever its keys look like.
 */
export type Mapping =
  | null
  | string
  | number
  | boolean
  | readonly Mapping[]
  | { readonly $ref: readonly [string, ...(string | number)[]] }
  | { readonly $orElse: readonly Mapping[] }
  | { readonly $literal: unknown }
  | { readonly [field: string]: Mapping };

export const MappingSchema = z.json() as unknown as z.ZodType<Mapping>;

/** A condition in CEL. */
export const CelText = z.string();

/** The name of a business attribute. It is read as `attributes.NAME` in filters, so it is a name of CEL. */
const AttributeName = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]{0,49}$/, 'expected letters, digits and "_", e.g. customer');

/** Business attributes by name: the value that each has. */
export const AttributeMappings = z.record(AttributeName, MappingSchema);
