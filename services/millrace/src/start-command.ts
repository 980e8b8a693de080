import { CliError, type CliContext, EXIT } from '@millrace/cli';
import type { Command } from 'commander';
import { noProject } from './no-project.js';

export function startCommand(program: Command, { terminal }: CliContext): void {
  const start = program
    .command('start')
    .description('run one service of this project from its build; in production each service is a process of its own')
    .addHelpText(
      'after',
      '\nEach needs KAFKA_BROKERS; coordinator and gateway need DATABASE_URL. PORT=9000: where it answers /readyz and /metrics.',
    );
  start
    .command('coordinator')
    .description('accept runs, decide what follows, fire timers; deploys the project’s pipelines')
    .action(async () => {
      await goToProject(terminal.cwd);
      await import('@millrace/coordinator/main');
    });
  start
    .command('gateway')
    .description('answer the HTTP API and the console')
    .action(async () => {
      await import('@millrace/gateway/main');
    });
  start
    .command('stage')
    .description('serve one stage, or several in one process')
    .argument('<name...>')
    .action(async (names: string[]) => {
      const folder = await goToProject(terminal.cwd);
      const { startStages } = await import('./start-stages.js');
      await startStages(folder, names);
    });
}

/** Settings that name files mean files of the project. */
async function goToProject(cwd: string): Promise<string> {
  const { findProject, ProjectError } = await import('@millrace/project/find');
  try {
    const found = findProject(cwd, 'built');
    if (!found) throw new CliError(EXIT.usage, noProject(cwd));
    process.chdir(found.folder);
    return found.folder;
  } catch (cause) {
    if (!(cause instanceof ProjectError)) throw cause;
    throw new CliError(EXIT.error, cause.message, { cause });
  }
}
