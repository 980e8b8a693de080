export type { CliContext } from './context.js';
export { CliError, EXIT, type ExitCode } from './exit.js';
export { type Commands, millrace, programOf } from './millrace.js';
export type { Terminal } from './output/terminal.js';
export { thisTerminal } from './output/this-terminal.js';
