import type { Command } from 'commander';
import type { Accepted, QueryOf } from '@millrace/client';
import { REVIEW_COLUMNS } from '../output/columns.js';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { listed, shown } from '../output/output.js';
import { commandOf } from '../output/terminal.js';
import { answerOf, several, wholeNumber } from '../input/values.js';
import { acting, actOf, type ActOptions } from './acting.js';
import { watch } from './run.js';

interface AnswerOptions extends CommonOptions, ActOptions {
  readonly set?: string[];
  readonly json?: string;
  readonly watch?: true;
}

export function reviewCommands(program: Command, context: CliContext): void {
  const review = program.command('review').description('list, claim and answer reviews');
  const { terminal } = context;

  talking(review.command('list'))
    .description('list open reviews, newest first')
    .option('--pipeline <name>', 'only those of this pipeline')
    .option('--assignee <name>', 'only those for this person')
    .option('--group <name>', 'only those for this group')
    .option('--claimed-by <name>', 'only those that this person has claimed')
    .option('--limit <n>', 'the most lines to list', wholeNumber('--limit'), 50)
    .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it')
    .action(async (options: CommonOptions & QueryOf<'listReviews'>) => {
      const { pipeline, assignee, group, claimedBy, limit, cursor } = options;
      const query = { pipeline, assignee, group, claimedBy, limit, cursor };
      const page = await clientOf(terminal, options).reviews.list(query).page();
      terminal.out(listed({ items: page.items, columns: REVIEW_COLUMNS, name: ({ id }) => id }, options.output));
      if (page.items.length === 0) terminal.say('Nothing waits for anybody.\n');
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  talking(review.command('get'))
    .description('show a review: its content, and the schema of the answer')
    .argument('<review>', '<run>.<step>, as `review list` has it')
    .action(async (id: string, options: CommonOptions) => {
      const view = await clientOf(terminal, options).reviews.get(id);
      terminal.out(shown(view, options.output, { name: view.id, text: () => JSON.stringify(view, null, 2) }));
    });

  talking(review.command('claim'))
    .description('claim a review: nobody else can answer it until it is released or escalated')
    .argument('<review>', '<run>.<step>, as `review list` has it')
    .requiredOption('--by <name>', 'the person who claims it')
    .option('--reason <text>', 'reason, kept in the history')
    .option('--take-over', 'claim the review even if somebody else has claimed it')
    .action(async (id: string, options: CommonOptions & ActOptions & { by: string; takeOver?: true }) => {
      const { by, takeOver } = options;
      const body = { ...actOf(options), by, ...(takeOver && { takeOver }) };
      tellHeld(context, await clientOf(terminal, options).reviews.claim(id, body), { id, options });
    });

  acting(talking(review.command('unclaim')))
    .description('release a claimed review')
    .argument('<review>', '<run>.<step>, as `review list` has it')
    .action(async (id: string, options: CommonOptions & ActOptions) => {
      tellHeld(context, await clientOf(terminal, options).reviews.unclaim(id, actOf(options)), { id, options });
    });

  acting(talking(review.command('answer')))
    .description('answer a review')
    .argument('<review>', '<run>.<step>, as `review list` has it')
    .option('-s, --set <key=value>', 'a field of the answer; can be repeated', several)
    .option('--json <json>', 'the answer as JSON')
    .option('--watch', 'then show the events of the run')
    .action(async (id: string, options: AnswerOptions) => {
      const client = clientOf(terminal, options);
      const [run = ''] = id.split('.');
      // What happened before the answer is not shown again.
      const after = options.watch ? (await client.runs.history(run)).items.length : 0;
      const schemaFor = async () => (await client.reviews.get(id)).schema;
      const answer = await answerOf({ pairs: options.set, json: options.json }, schemaFor);
      const accepted = await client.reviews.answer(id, { answer, ...actOf(options) });
      if (options.watch) {
        await watch(run, { ...options, client, context, quiet: false, after });
        return;
      }
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
      terminal.say(`Answered. Follow it with: ${commandOf(terminal, `run watch ${accepted.id}`)}\n`);
    });
}

function tellHeld(
  { terminal }: CliContext,
  accepted: Accepted,
  { id, options }: { readonly id: string; readonly options: CommonOptions },
): void {
  terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
  terminal.say(`Who has it: ${commandOf(terminal, `review get ${id}`)}\n`);
}
