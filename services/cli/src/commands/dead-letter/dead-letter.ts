import { type Command, Option } from 'commander';
import { LetterStatus } from '@millrace/contracts';
import type { QueryOf } from '@millrace/client';
import { DEAD_LETTER_COLUMNS, GROUP_COLUMNS } from '../../output/columns.js';
import { clientOf, type CommonOptions, type CliContext, talking } from '../../context.js';
import { listed, shown } from '../../output/output.js';
import { wholeNumber } from '../../input/values.js';
import { filtering, filterOf } from './letter-filter.js';
import { letterActCommands } from './letter-acts.js';
import { letterText } from './letter-text.js';
import { redriveCommand } from './redrive.js';

type ListOptions = CommonOptions & QueryOf<'listDeadLetters'>;

export function deadLetterCommands(program: Command, context: CliContext): void {
  const deadLetter = program
    .command('dead-letter')
    .alias('letters')
    .description('find, redrive and resolve dead letters: parked steps and unreadable records');
  const { terminal } = context;
  const listing = (command: Command) =>
    filtering(
      talking(command).addOption(
        new Option('--status <status>', 'only those with this status').choices(LetterStatus.options),
      ),
    )
      .option('--limit <n>', 'the most lines to list', wholeNumber('--limit'), 50)
      .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it');

  listing(deadLetter.command('list'))
    .description('list dead letters, newest first')
    .action(async (options: ListOptions) => {
      const { status, limit, cursor } = options;
      const query = { ...(await filterOf(options)), status, limit, cursor };
      const page = await clientOf(terminal, options).deadLetters.list(query).page();
      terminal.out(listed({ items: page.items, columns: DEAD_LETTER_COLUMNS, name: ({ id }) => id }, options.output));
      if (page.items.length === 0) terminal.say('No dead letters.\n');
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  listing(deadLetter.command('groups'))
    .description('count dead letters by cause: the same stage, code and message but for numbers, ids and quotes')
    .action(async (options: ListOptions) => {
      const { status, limit, cursor } = options;
      const query = { ...(await filterOf(options)), status, limit, cursor };
      const page = await clientOf(terminal, options).deadLetters.groups(query).page();
      const name = ({ fingerprint }: { fingerprint: string }) => fingerprint;
      terminal.out(listed({ items: page.items, columns: GROUP_COLUMNS, name }, options.output));
      if (page.items.length === 0) terminal.say('No dead letters.\n');
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  talking(deadLetter.command('get').alias('show'))
    .description('show a dead letter')
    .argument('<dead-letter>')
    .action(async (id: string, options: CommonOptions) => {
      const letter = await clientOf(terminal, options).deadLetters.get(id);
      terminal.out(shown(letter, options.output, { name: letter.id, text: () => letterText(letter, terminal) }));
    });

  redriveCommand(deadLetter, context);
  letterActCommands(deadLetter, context);
}
