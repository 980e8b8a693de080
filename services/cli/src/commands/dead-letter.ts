import { cut } from '@millrace/contracts';
import { type Command, Option } from 'commander';
import type { DeadLetterView, QueryOf } from '@millrace/client';
import { DEAD_LETTER_COLUMNS } from '../output/columns.js';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { listed, shown } from '../output/output.js';
import { commandOf, oneLine, plain, type Terminal } from '../output/terminal.js';
import { acting, actOf, type ActOptions } from './acting.js';
import { wholeNumber } from '../input/values.js';

export function deadLetterCommands(program: Command, context: CliContext): void {
  const deadLetter = program
    .command('dead-letter')
    .description('list and redrive dead letters: parked steps and unreadable records');
  const { terminal } = context;

  talking(deadLetter.command('list'))
    .description('list dead letters, newest first')
    .addOption(new Option('--status <status>', 'only those with this status').choices(['open', 'redriven', 'closed']))
    .option('--pipeline <name>', 'only those of this pipeline')
    .option('--limit <n>', 'the most lines to list', wholeNumber('--limit'), 50)
    .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it')
    .action(async (options: CommonOptions & QueryOf<'listDeadLetters'>) => {
      const { status, pipeline, limit, cursor } = options;
      const page = await clientOf(terminal, options).deadLetters.list({ status, pipeline, limit, cursor }).page();
      terminal.out(listed({ items: page.items, columns: DEAD_LETTER_COLUMNS, name: ({ id }) => id }, options.output));
      if (page.items.length === 0) terminal.say('No dead letters.\n');
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  talking(deadLetter.command('get'))
    .description('show a dead letter')
    .argument('<dead-letter>')
    .action(async (id: string, options: CommonOptions) => {
      const letter = await clientOf(terminal, options).deadLetters.get(id);
      terminal.out(shown(letter, options.output, { name: letter.id, text: () => textOf(letter, terminal) }));
    });

  acting(talking(deadLetter.command('redrive')))
    .description('redrive dead letters: retry each from where it failed')
    .argument('<dead-letter...>')
    .action(async (ids: string[], options: CommonOptions & ActOptions) => {
      const client = clientOf(terminal, options);
      for (const id of ids) {
        const accepted = await client.deadLetters.redrive(id, actOf(options));
        terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
        if (accepted.id.startsWith('run_'))
          terminal.say(`Redriven. Follow it with: ${commandOf(terminal, `run watch ${accepted.id}`)}\n`);
      }
    });
}

/** Characters of a record that are shown; `-o json` has all of it. */
const MOST_SHOWN = 2_000;

function textOf(letter: DeadLetterView, terminal: Terminal): string {
  const { id, status, at, failure, run, step, attempts, record, input } = letter;
  const lines = [
    `${id}  ${status}`,
    `at        ${at}`,
    ...(run ? [`run       ${run}`, `step      ${step}, ${attempts} attempts`] : []),
    ...(record ? [`record    ${record.topic} partition ${record.partition} offset ${record.offset}`] : []),
    `failure   ${failure.code}: ${oneLine(failure.message)}`,
    ...(failure.details ?? []).map(({ pointer, detail }) => `          ${pointer} ${oneLine(detail)}`),
    ...(failure.remedy ? [`remedy    ${failure.remedy}`] : []),
    ...(record?.value ? ['', plain(cut(Buffer.from(record.value, 'base64').toString('utf8'), MOST_SHOWN))] : []),
    ...(input === undefined ? [] : ['', plain(JSON.stringify(input, null, 2))]),
    ...(status === 'open' ? ['', commandOf(terminal, `dead-letter redrive ${id}`)] : []),
  ];
  return lines.join('\n');
}
