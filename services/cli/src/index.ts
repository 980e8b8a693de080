export type { Context } from './context.js';
export { CliError, EXIT, type ExitCode } from './exit.js';
export { millrace } from './millrace.js';
export type { Terminal } from './terminal.js';
export { thisTerminal } from './this-terminal.js';
