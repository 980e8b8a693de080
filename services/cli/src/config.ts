import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Where the gateway is: flag, then MILLRACE_URL, then what the standalone in this folder wrote, then the default. */
export function gatewayUrl(given: { flag: string | undefined; env: Env; cwd: string }): string {
  const url = given.flag ?? given.env['MILLRACE_URL'] ?? writtenUrl(given.cwd) ?? DEFAULT_URL;
  return url.trim().replace(/\/+$/, '');
}

function writtenUrl(cwd: string): string | undefined {
  try {
    const text = readFileSync(join(cwd, '.millrace', 'url'), 'utf8').trim();
    return URL.canParse(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The environment of this process: the one place that reads it. */
export const processEnv = (): Env => process.env;
