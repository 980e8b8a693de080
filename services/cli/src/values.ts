import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { CliError, EXIT } from './exit.js';
import type { Terminal } from './terminal.js';

/** What is sent for a run. */
export type Payload = { readonly mail: Buffer } | { readonly json: unknown };

interface Given {
  /** A path, or `-` for standard input. */
  readonly file?: string | undefined;
  readonly pairs?: readonly string[] | undefined;
  readonly json?: string | undefined;
}

/** The one of file, `key=value` pairs and JSON that was given. @throws {CliError} usage, where it is none or several */
export async function payloadOf(given: Given, terminal: Terminal): Promise<Payload> {
  const { file, pairs = [], json } = given;
  const ways = [file !== undefined, pairs.length > 0, json !== undefined].filter(Boolean).length;
  if (ways !== 1) {
    throw new CliError(
      EXIT.usage,
      'Give the input once: a file (or - for standard input), --input key=value, or --json.',
    );
  }
  if (json !== undefined) return { json: parsed(json, '--json') };
  if (file === undefined) return { json: objectOf(pairs) };
  return fromBytes(await bytesOf(file, terminal), file);
}

/** An answer or a signal's payload: pairs or JSON. */
export function answerOf({ pairs = [], json }: Given): unknown {
  if (json !== undefined && pairs.length > 0) throw new CliError(EXIT.usage, 'Give either --set or --json, not both.');
  return json === undefined ? objectOf(pairs) : parsed(json, '--json');
}

function fromBytes(bytes: Buffer, file: string): Payload {
  if (bytes.length === 0) throw new CliError(EXIT.usage, `${file === '-' ? 'Standard input' : file} is empty.`);
  const kind = extname(file).toLowerCase();
  if (kind === '.eml') return { mail: bytes };
  const text = bytes.toString('utf8');
  if (kind === '.json') return { json: parsed(text, file) };
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return { mail: bytes };
  }
}

async function bytesOf(file: string, terminal: Terminal): Promise<Buffer> {
  if (file === '-') return terminal.stdin();
  try {
    return await readFile(resolve(terminal.cwd, file));
  } catch (cause) {
    throw new CliError(EXIT.usage, `${file} cannot be read: ${cause instanceof Error ? cause.message : 'unknown'}`, {
      cause,
    });
  }
}

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CliError(EXIT.usage, `${what} is not JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
  }
}

/** `approved=true text=Hello` → `{ approved: true, text: 'Hello' }`: a value is JSON where it can be, else text. */
function objectOf(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new CliError(EXIT.usage, `"${pair}" is not key=value.`);
      return [pair.slice(0, at), valueOf(pair.slice(at + 1))];
    }),
  );
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Collects an option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): string[] => [...before, value];
