export { EXIT, type ExitCode } from './exit.js';
export { millrace } from './millrace.js';
export type { Terminal } from './terminal.js';
