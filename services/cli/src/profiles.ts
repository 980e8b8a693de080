import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CliError, EXIT } from './exit.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The gateways that a person works with, by name, and the one that is meant where none is named. */
const Profiles = z.object({
  use: z.string().optional(),
  profiles: z.record(z.string(), z.object({ url: z.string() })).default({}),
});
export type Profiles = z.infer<typeof Profiles>;

/** Returns the file with the profiles; undefined where a person has no folder for settings. */
export function profilesFile(env: Env): string | undefined {
  const folder = env['XDG_CONFIG_HOME'] ?? (env['HOME'] && join(env['HOME'], '.config')) ?? env['APPDATA'];
  return folder ? join(folder, 'millrace', 'profiles.json') : undefined;
}

/** @throws {CliError} where the file cannot be read as profiles */
export function readProfiles(env: Env): Profiles {
  const file = profilesFile(env);
  if (file === undefined) return { profiles: {} };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { profiles: {} };
    throw new CliError(EXIT.usage, `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'no code'}).`);
  }
  try {
    return Profiles.parse(JSON.parse(text));
  } catch (cause) {
    throw new CliError(EXIT.usage, `${file} has no profiles as millrace writes them: correct it, or remove it.`, {
      cause,
    });
  }
}

/** The file is for its owner alone: a URL may have a login. @throws {CliError} where there is no folder for settings */
export function writeProfiles(env: Env, profiles: Profiles): void {
  const file = profilesFile(env);
  if (file === undefined) throw new CliError(EXIT.usage, 'Profiles need a home: set HOME or XDG_CONFIG_HOME.');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 });
}

/** Returns the URL of a profile, or of the one that is used without being named; undefined where there is none. @throws {CliError} for a name that there is not */
export function urlOfProfile(env: Env, name?: string): string | undefined {
  const { use, profiles } = readProfiles(env);
  const wanted = name ?? use;
  if (wanted === undefined) return undefined;
  const found = profiles[wanted];
  if (found) return found.url;
  const known = Object.keys(profiles).sort().join(', ') || 'there are none';
  throw new CliError(
    EXIT.usage,
    `There is no profile "${wanted}" (${known}). Add it with: millrace profile set ${wanted} <url>`,
  );
}
