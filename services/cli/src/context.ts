import { type Command, Option } from 'commander';
import { MillraceClient, MillraceError } from '@millrace/client';
import { withoutLogins } from '@millrace/contracts';
import { gatewayUrl } from './config.js';
import { CliError, EXIT } from './exit.js';
import { type Format, FORMATS } from './output/output.js';
import type { Terminal } from './output/terminal.js';

/** The options of every command that talks to a gateway. */
export interface CommonOptions {
  readonly url?: string;
  readonly profile?: string;
  readonly output: Format;
}

/** Adds the option that chooses the format of what is printed. */
export const printing = (command: Command): Command =>
  command.addOption(new Option('-o, --output <format>', 'output format').choices(FORMATS).default('table'));

/** Adds the options that every such command has. */
export const talking = (command: Command): Command =>
  printing(command)
    .option('--profile <name>', 'gateway of this profile (default: MILLRACE_PROFILE)')
    .option('--url <url>', 'address of the gateway (default: MILLRACE_URL, else the gateway started in this folder)');

/** @throws {CliError} usage, where the URL is none */
export function clientOf(
  terminal: Terminal,
  { url: flag, profile }: Pick<CommonOptions, 'url' | 'profile'>,
): MillraceClient {
  const url = gatewayUrl({ flag, profile, env: terminal.env, cwd: terminal.cwd });
  try {
    return new MillraceClient({ url, signal: terminal.signal });
  } catch (cause) {
    if (!(cause instanceof MillraceError)) throw cause;
    const text = `"${withoutLogins(url)}" is no URL of a gateway; expected something like http://127.0.0.1:8080.`;
    throw new CliError(EXIT.usage, text, { cause });
  }
}

/** Returns the JSON Schema of a pipeline's input, when it is asked for. */
export const inputSchemaOf = (client: MillraceClient, pipeline: string) => async (): Promise<unknown> =>
  (await client.pipelines.get(pipeline)).inputSchema;

/** The context in which commands are registered. `end` sets how the command ends where nothing went wrong. */
export interface CliContext {
  readonly terminal: Terminal;
  end(code: number): void;
}
