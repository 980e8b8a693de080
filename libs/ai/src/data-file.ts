import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { ModelDataInvalid } from './llm/errors.js';

/**
 * Reads a JSON file whose content has to fit a schema, e.g. `readDataFile(Topics, 'data/topics.json')`.
 * @throws {ModelDataInvalid} with the file and the place in it that does not fit
 */
export async function readDataFile<Schema extends z.ZodType>(schema: Schema, file: string): Promise<z.output<Schema>> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ModelDataInvalid(`${file} cannot be read (${cause.code}): expected a JSON file.`, { cause });
  });
  const read = schema.safeParse(parsed(file, text));
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the whole file'}: ${message}`);
  throw new ModelDataInvalid(`${file} does not have the expected content. ${problems.join('; ')}.`);
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelDataInvalid(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
