import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Returns where the gateway is: flag, then MILLRACE_URL, then what was started in this folder (or with this MILLRACE_DATA) wrote, then the default. */
export function gatewayUrl(given: { flag: string | undefined; env: Env; cwd: string }): string {
  const url = given.flag ?? given.env['MILLRACE_URL'] ?? writtenUrl(given) ?? DEFAULT_URL;
  return url.trim().replace(/\/+$/, '');
}

function writtenUrl({ cwd, env }: { env: Env; cwd: string }): string | undefined {
  try {
    const text = readFileSync(resolve(cwd, env['MILLRACE_DATA']?.trim() || '.millrace', 'url'), 'utf8').trim();
    return URL.canParse(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The environment of this process: the one place that reads it. */
export const processEnv = (): Env => process.env;
