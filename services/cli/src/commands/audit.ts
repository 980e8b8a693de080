import type { Command } from 'commander';
import type { QueryOf } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { EXIT } from '../exit.js';
import { wholeNumber } from '../input/values.js';
import { ACT_COLUMNS } from '../output/columns.js';
import { listed, shown } from '../output/output.js';
import { timeBack } from '../output/times.js';

export function auditCommand(program: Command, context: CliContext): void {
  const audit = program.command('audit').description('show who did what, when and why');
  const { terminal } = context;

  talking(audit.command('list'))
    .description('list acts on dead letters and jobs, newest first')
    .option('--kind <kind>', 'only acts of this kind, e.g. dead-letter.redrive')
    .option('--subject <id>', 'only acts on this dead letter or job')
    .option('--by <name>', 'only acts of this person')
    .option('--since <time>', 'only acts since then: a time, or how long ago, e.g. 24h')
    .option('--limit <n>', 'the most lines to list', wholeNumber('--limit'), 50)
    .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it')
    .action(async ({ kind, subject, by, since, limit, cursor, ...options }: CommonOptions & QueryOf<'listActs'>) => {
      const from = await timeBack('--since', since, Date.now());
      const query = { kind, subject, by, since: from, limit, cursor };
      const page = await clientOf(terminal, options).audit.list(query).page();
      terminal.out(listed({ items: page.items, columns: ACT_COLUMNS, name: ({ id }) => id }, options.output));
      if (page.items.length === 0) terminal.say('No acts.\n');
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  talking(audit.command('check'))
    .description('compute the chain of hashes again: whether every act is as it was written')
    .action(async (options: CommonOptions) => {
      const found = await clientOf(terminal, options).audit.check();
      const { acts, broken } = found;
      const text =
        broken === undefined ? `All ${acts} acts are as they were written.` : `Act ${broken} was changed or removed.`;
      terminal.out(shown(found, options.output, { name: String(acts), text: () => text }));
      if (broken !== undefined) context.end(EXIT.error);
    });
}
