import { type CliContext, CliError, EXIT } from '@millrace/cli';
import type { Command } from 'commander';
import { noProject } from './no-project.js';

export function devCommand(program: Command, { terminal, end }: CliContext): void {
  program
    .command('dev')
    .description(
      'run this project on this machine, all services in one process, and start it again when a file is saved',
    )
    .option('--fresh', 'delete the data first: runs, versions, what was sent')
    .option('--no-watch', 'do not start again when a file is saved')
    .addHelpText(
      'after',
      '\nPORT=9000: the port. MILLRACE_DATA=DIR: where the data is kept (else .millrace in the project).',
    )
    .action(async ({ fresh = false, watch }: { fresh?: boolean; watch: boolean }) => {
      // Loaded only here, as all that runs services is.
      const { findProject, ProjectError } = await import('@millrace/project/find');
      const { Supervisor } = await import('./supervisor.js');
      const found = findProject(terminal.cwd, 'sources');
      if (!found) throw new CliError(EXIT.usage, noProject(terminal.cwd));
      try {
        end(await new Supervisor({ ...found, terminal, watch }).run({ fresh }));
      } catch (cause) {
        if (!(cause instanceof ProjectError)) throw cause;
        throw new CliError(EXIT.error, cause.message, { cause });
      }
    });
}
