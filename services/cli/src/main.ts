import { millrace } from './millrace.js';
import { thisTerminal } from './this-terminal.js';

process.exitCode = await millrace(process.argv.slice(2), thisTerminal());
