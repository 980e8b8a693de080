import { MillraceError } from '@millrace/client';
import { readJson } from '@millrace/contracts';
import { CliError, EXIT } from '../exit.js';

/** Finds the JSON Schema that the fields are for; undefined where nobody knows it. Called only where a value could be read in more than one way. */
export type SchemaFor = () => Promise<unknown>;

/** Matches text that could be read as something other than text. */
const DOUBTFUL = /^(?:[-+.\d].*|true|false|null|[[{"].*)$/s;
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** The types that a field may have, by its key; undefined where they are not known. */
export type TypesOf = (key: string) => readonly string[] | undefined;

/** Asks for the schema where a value is not plainly a text. */
export async function typesFor(texts: readonly string[], schemaFor: SchemaFor | undefined): Promise<TypesOf> {
  const schema = schemaFor && texts.some((text) => DOUBTFUL.test(text)) ? await found(schemaFor) : undefined;
  if (typeof schema !== 'object' || schema === null) return () => undefined;
  const { typesOfField } = await import('@millrace/pipeline/engine');
  return (key) => typesOfField(schema, key);
}

/** Returns the schema, or undefined: the request that follows reports what is missing. */
async function found(schemaFor: SchemaFor): Promise<unknown> {
  try {
    return await schemaFor();
  } catch (error) {
    if (error instanceof MillraceError) return undefined;
    throw error;
  }
}

/**
 * Reads a value as the type that its field has: `1.50` is the number 1.5 where the schema says number, and `5` is a text where it says string.
 * Undefined where the types do not decide.
 */
export function typedValue(
  key: string,
  text: string,
  types: readonly string[] | undefined,
): { value: unknown } | undefined {
  if (!types) return undefined;
  const isNumber = types.includes('number') || types.includes('integer');
  if (types.includes('string')) {
    const isText = types.every((type) => type === 'string' || (type === 'null' && text !== 'null'));
    return isText && typeof readJson(text).value !== 'string' ? { value: text } : undefined;
  }
  if (!isNumber || !NUMBER.test(text)) return undefined;
  if (digitsOf(text) === digitsOf(String(Number(text)))) return { value: Number(text) };
  throw new CliError(
    EXIT.usage,
    `${key} is ${text}, which no JSON number holds exactly: the nearest is ${Number(text)}.`,
  );
}

/** The significant digits of a number, and where its point stands: the same for `1.50` and `1.5`. */
function digitsOf(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return significant === '' ? '0' : `${significant}e${power}`;
}
