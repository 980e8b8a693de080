import { detailsOf, failure, type Failure } from '@millrace/contracts';
import { z } from 'zod';

type Checked = { readonly value: unknown } | { readonly failure: Failure };

/** A value as the schema reads it, or where it does not fit. */
export async function validate(
  schema: z.ZodType,
  value: unknown,
  otherwise: 'STAGE_INPUT_INVALID' | 'STAGE_OUTPUT_INVALID',
): Promise<Checked> {
  const { data, error } = await parsed(schema, value);
  if (!error) return { value: data };
  const [first] = detailsOf(error);
  const where = first ? ` At ${first.pointer || '/'}: ${first.detail}.` : '';
  const what = otherwise === 'STAGE_INPUT_INVALID' ? 'The step’s input does' : 'The stage’s output does';
  const message = `${what} not fit the stage’s contract.${where}`;
  return { failure: failure(otherwise, message, { details: detailsOf(error) }) };
}

function parsed(
  schema: z.ZodType,
  value: unknown,
): z.ZodSafeParseResult<unknown> | Promise<z.ZodSafeParseResult<unknown>> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    // A schema with an asynchronous refinement says so by this, and only when it is asked.
    if (error instanceof z.core.$ZodAsyncError) return schema.safeParseAsync(value);
    throw error;
  }
}
