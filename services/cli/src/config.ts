import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { urlOfProfile } from './profiles.js';

export type Env = Readonly<Record<string, string | undefined>>;

const DEFAULT_URL = 'http://127.0.0.1:8080';

interface Given {
  readonly flag: string | undefined;
  readonly profile?: string | undefined;
  readonly env: Env;
  readonly cwd: string;
}

/**
 * Returns where the gateway is: the flag, the profile that is named, MILLRACE_URL, what was started in this folder (or with this MILLRACE_DATA), the profile that is
 * used without being named, the default. @throws {CliError} for a profile that there is not
 */
export function gatewayUrl(given: Given): string {
  const { flag, env } = given;
  const named = given.profile ?? env['MILLRACE_PROFILE'];
  const url =
    flag ??
    (named === undefined ? undefined : urlOfProfile(env, named)) ??
    env['MILLRACE_URL'] ??
    writtenUrl(given) ??
    urlOfProfile(env) ??
    DEFAULT_URL;
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
