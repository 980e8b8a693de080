import type { Command } from 'commander';
import type { EraseJobPreview } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { positive } from '../input/values.js';
import { shown } from '../output/output.js';
import { commandOf } from '../output/terminal.js';
import { acting, actOf, type ActOptions } from './acting.js';

interface EraseOptions extends CommonOptions, ActOptions {
  readonly attribute: string;
  readonly pipeline?: string;
  readonly rate?: number;
  readonly yes?: true;
}

/** Adds `erase`. Without `--yes` it only says what would be erased. */
export function eraseCommand(program: Command, { terminal }: CliContext): void {
  acting(talking(program.command('erase')))
    .description(
      'remove everything that is kept of the runs with a business attribute; without --yes only say how much',
    )
    .requiredOption('--attribute <name=value>', 'the attribute that names the person, e.g. customer=ann@example.com')
    .option('--pipeline <name>', 'only runs of this pipeline')
    .option('--rate <n>', 'the most runs each second', positive('--rate'))
    .option('--yes', 'erase it: this cannot be undone')
    .action(async (options: EraseOptions) => {
      const { jobs } = clientOf(terminal, options);
      const { pipeline, rate } = options;
      const attribute = { ...attributeOf(options.attribute), ...(pipeline !== undefined && { pipeline }) };
      const work = { attribute, ...(rate !== undefined && { perSecond: rate }), ...actOf(options) };
      if (!options.yes) {
        const preview = await jobs.previewErase(work);
        terminal.out(shown(preview, options.output, { name: String(preview.items), text: () => previewText(preview) }));
        terminal.say('Nothing was erased: add --yes.\n');
        return;
      }
      const accepted = await jobs.erase(work);
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
      terminal.say(`Follow it with: ${commandOf(terminal, `job get ${accepted.id}`)}\n`);
      terminal.say(`What could not be erased: ${commandOf(terminal, `job items ${accepted.id} --status refused`)}\n`);
    });
}

/** @throws {CliError} usage */
function attributeOf(given: string): { name: string; value: string | number | boolean } {
  const at = given.indexOf('=');
  const [name, text] = [given.slice(0, at), given.slice(at + 1)];
  if (at < 1 || text === '')
    throw new CliError(
      EXIT.usage,
      `--attribute is "${given}": expected a name and a value, e.g. customer=ann@example.com.`,
    );
  if (text === 'true' || text === 'false') return { name, value: text === 'true' };
  const [, quoted] = /^"(.*)"$/s.exec(text) ?? [];
  if (quoted !== undefined) return { name, value: quoted };
  return { name, value: /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text };
}

const previewText = ({ items, unreachable }: EraseJobPreview): string =>
  [
    `${items} runs and dead letters would be erased, with their child runs and replays.`,
    'Not reached:',
    ...unreachable.map(({ place, detail }) => `  ${place}: ${detail}`),
  ].join('\n');
