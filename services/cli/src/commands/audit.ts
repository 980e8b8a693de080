import type { Command } from 'commander';
import type { QueryOf } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { EXIT } from '../exit.js';
import { wholeNumber } from '../input/values.js';
import { ACT_COLUMNS } from '../output/columns.js';
import { listed, shown } from '../output/output.js';
import { timeBack } from '../output/times.js';

type Filters = CommonOptions & QueryOf<'listActs'>;

const filtered = (command: Command): Command =>
  talking(command)
    .option('--kind <kind>', 'only acts of this kind, e.g. run.cancel')
    .option('--subject <id>', 'only acts on this run, dead letter, job, pipeline, stage or model')
    .option('--by <name>', 'only acts of this person')
    .option('--since <time>', 'only acts since then: a time, or how long ago, e.g. 24h')
    .option('--until <time>', 'only acts before then: a time, or how long ago');

async function filterOf({ kind, subject, by, since, until }: Filters): Promise<QueryOf<'listActs'>> {
  const now = Date.now();
  const times = { since: await timeBack('--since', since, now), until: await timeBack('--until', until, now) };
  return { kind, subject, by, ...times };
}

export function auditCommand(program: Command, context: CliContext): void {
  const audit = program.command('audit').description('show who did what, when and why');
  const { terminal } = context;

  filtered(audit.command('list'))
    .description('list acts on runs, reviews, dead letters, jobs, pipelines, stages and models, newest first')
    .option('--limit <n>', 'the most lines to list', wholeNumber('--limit'), 50)
    .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it')
    .action(async (options: Filters) => {
      const { limit, cursor } = options;
      const page = await clientOf(terminal, options)
        .audit.list({ ...(await filterOf(options)), limit, cursor })
        .page();
      terminal.out(listed({ items: page.items, columns: ACT_COLUMNS, name: ({ id }) => id }, options.output));
      if (page.items.length === 0) terminal.say('No acts.\n');
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  filtered(audit.command('export'))
    .description('print all acts as JSON lines, the oldest first, with the hashes that chain them')
    .action(async (options: Filters) => {
      const query = { ...(await filterOf(options)), order: 'oldest', limit: 200 } as const;
      for await (const { items } of clientOf(terminal, options).audit.list(query).pages())
        terminal.out(items.map((act) => JSON.stringify(act) + '\n').join(''));
    });

  talking(audit.command('check'))
    .description('compute the chain of hashes again: whether every act is as it was written')
    .action(async (options: CommonOptions) => {
      const found = await clientOf(terminal, options).audit.check();
      const { acts, head, broken } = found;
      const text =
        broken === undefined
          ? `All ${acts} acts are as they were written. The last one has the hash ${head}.`
          : `Act ${broken} was changed or removed.`;
      terminal.out(shown(found, options.output, { name: String(acts), text: () => text }));
      if (broken !== undefined) context.end(EXIT.error);
    });
}
