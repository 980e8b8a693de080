import type { Command } from 'commander';
import { Accepted, History, ReviewList } from '@millrace/contracts/http';
import { REVIEW_COLUMNS } from '../columns.js';
import { clientOf, type CommonOptions, type Context, talking } from '../context.js';
import { listed, shown } from '../output.js';
import { answerOf, several } from '../values.js';
import { acting, actOf, type ActOptions } from './acting.js';
import { queryOf, watch } from './run.js';

interface AnswerOptions extends CommonOptions, ActOptions {
  readonly set?: string[];
  readonly json?: string;
  readonly watch?: true;
}

export function reviewCommands(program: Command, context: Context): void {
  const review = program.command('review').description('what waits for somebody');
  const { terminal } = context;

  talking(review.command('list'))
    .description('steps that wait, newest first')
    .option('--pipeline <name>', 'only of this pipeline')
    .option('--limit <n>', 'how many at most', '50')
    .option('--cursor <cursor>', 'go on where a page ended')
    .action(async (options: CommonOptions & { pipeline?: string; limit: string; cursor?: string }) => {
      const { pipeline, limit, cursor } = options;
      const page = await clientOf(terminal, options).get(
        `/v1/reviews${queryOf({ pipeline, limit, cursor })}`,
        ReviewList,
      );
      terminal.out(listed({ items: page.items, columns: REVIEW_COLUMNS, name: ({ id }) => id }, options.output));
      if (page.items.length === 0) terminal.say('Nothing waits for anybody.\n');
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  acting(talking(review.command('answer')))
    .description('answer a review')
    .argument('<review>', '<run>.<step>, as `review list` has it')
    .option('-s, --set <key=value>', 'a field of the answer; may be given several times', several)
    .option('--json <json>', 'the answer as JSON')
    .option('--watch', 'and show what happens then')
    .action(async (id: string, options: AnswerOptions) => {
      const client = clientOf(terminal, options);
      const [run = ''] = id.split('.');
      // What happened before the answer is not shown again.
      const after = options.watch ? (await client.get(`/v1/runs/${run}/history`, History)).items.length : 0;
      const answer = answerOf({ pairs: options.set, json: options.json });
      const accepted = await client.post(
        `/v1/reviews/${encodeURIComponent(id)}`,
        { answer, ...actOf(options) },
        Accepted,
      );
      if (options.watch) {
        await watch(run, { ...options, client, context, quiet: false, after });
        return;
      }
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
      terminal.say(`Answered. Follow it with: millrace run watch ${accepted.id}\n`);
    });
}
