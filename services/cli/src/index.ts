export type { Context } from './context.js';
export { CliError, EXIT, type ExitCode } from './exit.js';
export { type Commands, millrace, programOf } from './millrace.js';
export type { Terminal } from './terminal.js';
export { thisTerminal } from './this-terminal.js';
