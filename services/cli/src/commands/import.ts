import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { jsonFile } from '../input/values.js';

export function importCommand(program: Command, { terminal }: CliContext): void {
  program
    .command('import')
    .description('import pipelines from other systems')
    .command('asl')
    .description(
      'a state machine of Step Functions (Amazon States Language) as a pipeline in YAML; what cannot be mapped is named',
    )
    .argument('<file>', 'JSON')
    .option('--name <name>', 'name of the pipeline (default: the name of the file)')
    .option('--to <file>', 'file to write (default: standard output)')
    .action(async (file: string, { name, to }: { name?: string; to?: string }) => {
      const json = await jsonFile(file, terminal);
      // Loaded only here: no other command needs them.
      const { importedYaml } = await import('../step-functions/yaml.js');
      const { yaml, unmapped } = importedYaml(json, name ?? kebab(basename(file).replace(/\..*$/, '')));
      if (to === undefined) terminal.out(yaml);
      else await writeFile(resolve(terminal.cwd, to), yaml);
      for (const { state, field, why, instead } of unmapped) terminal.say(`${state}  ${field}: ${why}: ${instead}\n`);
      terminal.say(unmapped.length === 0 ? 'All of it is mapped.\n' : `${unmapped.length} not mapped.\n`);
    });
}

const kebab = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[-\d]+|-+$/g, '') || 'imported';
