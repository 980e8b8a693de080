import { readFileSync } from 'node:fs';
import { MillraceError } from '@millrace/client';
import { misspeltText, withoutLogins } from '@millrace/contracts';
import { Command, CommanderError } from 'commander';
import { completionCommands } from './commands/completion.js';
import { auditCommand } from './commands/audit.js';
import { deadLetterCommands } from './commands/dead-letter/dead-letter.js';
import { eraseCommand } from './commands/erase.js';
import { importCommand } from './commands/import.js';
import { doctorCommand } from './commands/doctor.js';
import { jobCommands } from './commands/job.js';
import { modelCommands } from './commands/model.js';
import { pipelineCommands } from './commands/pipeline.js';
import { profileCommands } from './commands/profile.js';
import { recoverCommand } from './commands/recover.js';
import { reviewCommands } from './commands/review.js';
import { runCommands } from './commands/run.js';
import { scheduleCommands } from './commands/schedule.js';
import { calibrateCommand } from './commands/calibrate.js';
import { recordCommands, topicCommands } from './commands/topic.js';
import { trainCommand } from './commands/train.js';
import type { CliContext } from './context.js';
import { CliError, EXIT } from './exit.js';
import { endOf } from './refusal.js';
import { paint, type Terminal } from './output/terminal.js';

/** Adds commands to the program. */
export type Commands = (program: Command, context: CliContext) => void;

/** Runs one command line, without the program's name. `more` are commands that run services. @returns the exit code */
export async function millrace(
  args: readonly string[],
  terminal: Terminal,
  more: readonly Commands[] = [],
): Promise<number> {
  // The command line reads no other settings: those of services are none of its business.
  const own = Object.entries(terminal.env).filter(([name]) => name.startsWith('MILLRACE_'));
  for (const line of misspeltText(Object.fromEntries(own))) terminal.say(`${line}\n`);
  let exit: number = EXIT.ok;
  const program = programOf({ terminal, end: (code) => (exit = code) }, more);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (thrown) {
    const error = thrown instanceof MillraceError ? endOf(thrown) : thrown;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (terminal.signal.aborted) return 130;
    if (!(error instanceof CliError)) throw error;
    terminal.say(`${paint(terminal, 'red', 'error')} ${withoutLogins(error.message)}\n`);
    return error.exit;
  }
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Returns the program with all its commands, `more` first. The page about the command line is written from it. */
export function programOf(context: CliContext, more: readonly Commands[]): Command {
  const { terminal } = context;
  const program = new Command('millrace')
    .description('Runs AI pipelines on Kafka: start runs, watch them, and answer where they wait for a person.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.say })
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 not allowed now, 5 no connection, 6 auth, 7 timeout,\n10 failed, 11 cancelled, 12 dead-lettered.',
    );
  for (const add of more) add(program, context);
  runCommands(program, context);
  reviewCommands(program, context);
  deadLetterCommands(program, context);
  jobCommands(program, context);
  pipelineCommands(program, context);
  modelCommands(program, context);
  scheduleCommands(program, context);
  topicCommands(program, context);
  recordCommands(program, context);
  importCommand(program, context);
  trainCommand(program, context);
  calibrateCommand(program, context);
  doctorCommand(program, context);
  recoverCommand(program, context);
  auditCommand(program, context);
  eraseCommand(program, context);
  profileCommands(program, context);
  completionCommands(program, context);
  return program;
}
