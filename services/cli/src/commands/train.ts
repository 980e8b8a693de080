import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { unreadable } from '../input/values.js';

export function trainCommand(program: Command, { terminal }: CliContext): void {
  program
    .command('train')
    .description('train a classifier from a CSV with the columns text and label')
    .argument('<csv>')
    .requiredOption('-o, --output <file>', 'the file to write the model to')
    .action(async (csv: string, { output }: { output: string }) => {
      const table = await readFile(resolve(terminal.cwd, csv), 'utf8').catch((cause: unknown) => {
        throw unreadable(csv, cause);
      });
      const { ModelDataInvalid, trainFromCsv } = await loadModels();
      const { classifier, report } = attempt(() => trainFromCsv(table), ModelDataInvalid);
      await writeFile(resolve(terminal.cwd, output), JSON.stringify(classifier));
      const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
      terminal.say(
        [
          `${report.rows} rows, ${report.labels} labels; measured on ${report.heldOut} rows that were held out:`,
          `  accuracy           ${percent(report.accuracy)}`,
          `  calibration error  ${percent(report.calibrationError)}`,
          `  at confidence 0.8  ${percent(report.coverage)} of the texts, ${percent(report.precision)} of them right`,
          '',
        ].join('\n'),
      );
      terminal.out(`${output}\n`);
    });
}

/** Loads the models only here: they are the heaviest part of the command line, and come in a package of their own. */
export async function loadModels(load = () => import('@millrace/ai')): Promise<typeof import('@millrace/ai')> {
  try {
    return await load();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes("'@millrace/ai'")) throw cause;
    const missing =
      '"train" needs the package @millrace/ai, which is not installed: npm install --save-dev @millrace/ai';
    throw new CliError(EXIT.error, missing, { cause });
  }
}

function attempt<T>(work: () => T, expected: new (message: string) => Error): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof expected) throw new CliError(EXIT.error, error.message, { cause: error });
    throw error;
  }
}
