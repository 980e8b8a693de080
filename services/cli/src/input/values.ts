import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { type JsonFault, readJson } from '@millrace/contracts';
import { CliError, EXIT } from '../exit.js';
import { type SchemaFor, typedValue, typesFor } from './field-values.js';
import type { Terminal } from '../output/terminal.js';

/** The input of a run as it is sent. */
export type Payload = { readonly mail: Buffer } | { readonly json: unknown };

interface Given {
  /** A path, or `-` for standard input. */
  readonly file?: string | undefined;
  readonly pairs?: readonly string[] | undefined;
  readonly json?: string | undefined;
}

/** The one of file, `key=value` pairs and JSON that was given. The schema decides how the pairs are read. @throws {CliError} usage, where it is none or several */
export async function payloadOf(given: Given, terminal: Terminal, schemaFor?: SchemaFor): Promise<Payload> {
  const { file, pairs = [], json } = given;
  const ways = [file !== undefined, pairs.length > 0, json !== undefined].filter(Boolean).length;
  if (ways !== 1) {
    throw new CliError(
      EXIT.usage,
      'Give the input once: a file (or - for standard input), --input key=value, or --json.',
    );
  }
  if (json !== undefined) return { json: parsed(json, '--json') };
  if (file === undefined) return { json: await objectOf(pairs, schemaFor) };
  return fromBytes(await bytesOf(file, terminal), file);
}

/** An answer or a signal's payload: pairs or JSON. */
export async function answerOf({ pairs = [], json }: Given, schemaFor?: SchemaFor): Promise<unknown> {
  if (json !== undefined && pairs.length > 0) throw new CliError(EXIT.usage, 'Give either --set or --json, not both.');
  return json === undefined ? objectOf(pairs, schemaFor) : parsed(json, '--json');
}

function fromBytes(bytes: Buffer, file: string): Payload {
  if (bytes.length === 0) throw new CliError(EXIT.usage, `${file === '-' ? 'Standard input' : file} is empty.`);
  const kind = extname(file).toLowerCase();
  if (kind === '.eml') return { mail: bytes };
  if (kind === '.json') return { json: parsed(bytes, file) };
  const { fault } = readJson(bytes, { uniqueKeys: true });
  return fault && isNotJson(fault) ? { mail: bytes } : { json: parsed(bytes, file === '-' ? 'Standard input' : file) };
}

async function bytesOf(file: string, terminal: Terminal): Promise<Buffer> {
  if (file === '-') return terminal.stdin();
  try {
    return await readFile(resolve(terminal.cwd, file));
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Returns the error for a file that cannot be read. */
export function unreadable(file: string, cause: unknown): CliError {
  const { code = 'it is not known why' } = cause as NodeJS.ErrnoException;
  return new CliError(EXIT.usage, `${file} cannot be read: ${WHY_UNREADABLE[code] ?? code}.`, { cause });
}

const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

/** The JSON in a file. @throws {CliError} usage, where it cannot be read, or cannot be kept as it is */
export const jsonFile = async (file: string, terminal: Terminal): Promise<unknown> =>
  parsed(await bytesOf(file, terminal), file);

const isNotJson = ({ what }: JsonFault): boolean => what === 'syntax' || what === 'encoding';

/** JSON that is sent as it was given: what would become something else is refused with its place. */
function parsed(given: string | Buffer, what: string): unknown {
  const { value, fault } = readJson(given, { uniqueKeys: true });
  if (!fault) return value;
  if (isNotJson(fault)) throw new CliError(EXIT.usage, `${what} is not JSON: ${fault.detail}.`);
  throw new CliError(EXIT.usage, `${what} cannot be sent as it is, at ${fault.pointer || 'its top'}: ${fault.detail}.`);
}

/** `approved=true text=Hello` → `{ approved: true, text: 'Hello' }`: a value has the type that the schema says, else it is JSON where it can be, else text. */
async function objectOf(pairs: readonly string[], schemaFor?: SchemaFor): Promise<Record<string, unknown>> {
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CliError(EXIT.usage, `"${pair}" is not key=value.`);
    const key = pair.slice(0, at);
    if (fields.has(key)) throw new CliError(EXIT.usage, `"${key}" is given twice: one of the values would be lost.`);
    fields.set(key, pair.slice(at + 1));
  }
  const typesOf = await typesFor([...fields.values()], schemaFor);
  return Object.fromEntries(
    [...fields].map(([key, text]) => {
      const typed = typedValue(key, text, typesOf(key));
      return [key, typed ? typed.value : valueOf(key, text)];
    }),
  );
}

/** A number that JSON would write otherwise stays the text that was typed: `1.10` is a version, and `9007199254740993` has more digits than a double. */
function valueOf(key: string, text: string): unknown {
  const { value, fault } = readJson(text, { uniqueKeys: true });
  if (typeof value === 'number') return JSON.stringify(value) === text ? value : text;
  if (!fault) return value;
  const isPlain = isNotJson(fault) || (fault.what === 'number' && fault.pointer === '');
  return isPlain ? text : parsed(text, key);
}

/** Collects an option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Reads an option that is a positive number. @throws {CliError} usage */
export const positive =
  (option: string) =>
  (text: string): number => {
    if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
    throw new CliError(EXIT.usage, `${option} is "${text}": expected a positive number, e.g. 2.`);
  };

/** Reads an option that is a number of things. @throws {CliError} usage */
export const wholeNumber =
  (option: string) =>
  (text: string): number => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    throw new CliError(EXIT.usage, `${option} is "${text}": expected a whole number, e.g. 4.`);
  };
