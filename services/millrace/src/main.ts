import { millrace, thisTerminal } from '@millrace/cli';
import { devCommand } from './dev-command.js';
import { startCommand } from './start-command.js';

process.exitCode = await millrace(process.argv.slice(2), thisTerminal(), [devCommand, startCommand]);
