import { cut, detailsOf, type ModelAnswer } from '@millrace/contracts';
import { z } from 'zod';
import { ModelAnswerCut, ModelAnswerInvalid, ModelDeclined } from './errors.js';
import { jsonIn } from '../text/json-in-text.js';
import { repaired } from '../text/repair.js';
import { fromStrict } from '../text/strict-schema.js';

export type AnswerReading<T> =
  | { readonly value: T }
  /** The failure, and its reason in words for the model. */
  | { readonly failure: ModelAnswerInvalid; readonly problems: string };

/**
 * Reads an answer of the schema's shape, repaired where it can mean one thing only.
 *
 * @throws {ModelDeclined} @throws {ModelAnswerCut}
 */
export function readAnswer<T>(
  { text, finishReason }: ModelAnswer,
  task: string,
  schema: z.ZodType<T>,
): AnswerReading<T> {
  const given = { answer: text };
  if (finishReason === 'refused') throw new ModelDeclined(`The model declined to ${task}.`, given);
  if (finishReason === 'length') {
    throw new ModelAnswerCut(`The model's answer to ${task} was cut at its greatest length.`, given);
  }
  const found = jsonIn(text);
  if (!found) return invalid(`The model's answer to ${task} is not JSON.`, 'It is not JSON.', text);
  const shape = z.toJSONSchema(schema, { io: 'output' }) as Readonly<Record<string, unknown>>;
  const read = schema.safeParse(fromStrict(repaired(found.value, shape)));
  if (read.success) return { value: read.data };
  const details = detailsOf(read.error).map(({ pointer, detail }) => `${pointer || 'top'}: ${detail}`);
  const problems = cut(details.slice(0, 10).join('; '), 1_000);
  return invalid(`The model's answer to ${task} does not fit its schema.`, problems, text);
}

function invalid(message: string, problems: string, answer: string) {
  return { failure: new ModelAnswerInvalid(message, { answer }), problems };
}
