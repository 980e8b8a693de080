import { type Command, Option } from 'commander';
import { Client } from './client.js';
import { gatewayUrl } from './config.js';
import { type Format, FORMATS } from './output.js';
import type { Terminal } from './terminal.js';

/** The options of every command that talks to a gateway. */
export interface CommonOptions {
  readonly url?: string;
  readonly output: Format;
}

/** Adds the options that every such command has. */
export const talking = (command: Command): Command =>
  command
    .addOption(new Option('-o, --output <format>', 'output format').choices(FORMATS).default('table'))
    .option('--url <url>', 'address of the gateway (default: MILLRACE_URL, else the gateway started in this folder)');

export const clientOf = (terminal: Terminal, { url }: Pick<CommonOptions, 'url'>): Client =>
  new Client(gatewayUrl({ flag: url, env: terminal.env, cwd: terminal.cwd }), terminal.signal);

/** The context in which commands are registered. `end` sets how the command ends where nothing went wrong. */
export interface Context {
  readonly terminal: Terminal;
  end(code: number): void;
}
