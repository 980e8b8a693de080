import { parseArgs } from 'node:util';
import { z } from 'zod';

/** A command was called wrongly: the message says all that is wrong, a line for each option. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option that is a whole number above 0. */
export const wholeNumber = (byDefault: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,6}$/, 'expected a whole number above 0')
    .default(String(byDefault))
    .transform(Number);

/** An option that stands alone: `--keep`. */
export const flag = () => z.boolean().default(false);

/**
 * Reads the options of a command: those that the schema takes as booleans stand alone, the others have a text.
 * @throws {UsageError} with all problems at once
 */
export function readOptions<Schema extends z.ZodObject>(schema: Schema, args: readonly string[]): z.output<Schema> {
  const options = Object.fromEntries(
    Object.entries(schema.shape).map(([name, option]) => [
      name,
      { type: isFlag(option) ? 'boolean' : 'string' } as const,
    ]),
  );
  let values: unknown;
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const read = schema.safeParse(values);
  if (read.success) return read.data;
  throw new UsageError(read.error.issues.map(({ path, message }) => `--${String(path[0])}: ${message}`).join('\n'));
}

const isFlag = (option: z.core.$ZodType): boolean => z.safeParse(option, true).success;
