import { type Command, Option } from 'commander';
import { Client } from './client.js';
import { gatewayUrl } from './config.js';
import { type Format, FORMATS } from './output.js';
import type { Terminal } from './terminal.js';

/** What every command that talks to a gateway is told. */
export interface CommonOptions {
  readonly url?: string;
  readonly output: Format;
}

/** Adds the options that every such command has. */
export const talking = (command: Command): Command =>
  command
    .addOption(new Option('-o, --output <format>', 'how to show it').choices(FORMATS).default('table'))
    .option('--url <url>', 'where the gateway is (else MILLRACE_URL, else the one started here)');

export const clientOf = (terminal: Terminal, { url }: Pick<CommonOptions, 'url'>): Client =>
  new Client(gatewayUrl({ flag: url, env: terminal.env, cwd: terminal.cwd }), terminal.signal);

/** What commands are registered with. `end` says how the command ends where nothing went wrong. */
export interface Context {
  readonly terminal: Terminal;
  end(code: number): void;
}
