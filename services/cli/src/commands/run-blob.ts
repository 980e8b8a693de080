import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type CliContext, clientOf, type CommonOptions, talking } from '../context.js';
import { CliError, EXIT } from '../exit.js';

interface BlobOptions extends CommonOptions {
  readonly out: string;
}

/** Adds the command that downloads what a reference in an input or an output stands for. */
export function blobCommand(run: Command, { terminal }: CliContext): void {
  talking(run.command('blob'))
    .description('download a large value, for which a reference {"$blob": …} stands in an input or an output')
    .argument('<blob>', 'run and sha256 of the reference, e.g. run_t06ff0b7rw0xss4gs3mfrgc6sd/9f86d081…')
    .requiredOption('--out <file>', 'the file to write')
    .action(async (blob: string, options: BlobOptions) => {
      const [id = '', sha256 = '', ...more] = blob.split('/');
      if (id === '' || sha256 === '' || more.length > 0)
        throw new CliError(EXIT.usage, `"${blob}" is no blob: give run and sha256 of the reference, as RUN/SHA256.`);
      const bytes = await clientOf(terminal, options).runs.blob({ run: id, sha256 });
      await writeFile(options.out, bytes);
      terminal.say(`${bytes.length} bytes are in ${options.out}.\n`);
    });
}
