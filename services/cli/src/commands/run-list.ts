import { type Command, Option } from 'commander';
import { RunState, RunStatus } from '@millrace/contracts';
import type { FacetValueView, MillraceClient, QueryOf, RunSummaryView } from '@millrace/client';
import { clientOf, type CliContext, type CommonOptions, talking } from '../context.js';
import { wholeNumber } from '../input/values.js';
import { RUN_COLUMNS } from '../output/columns.js';
import { type Column, listed } from '../output/output.js';
import { timeBack } from '../output/times.js';

type Query = QueryOf<'listRuns'>;

interface ListOptions extends CommonOptions, Omit<Query, 'degraded' | 'limit'> {
  readonly degraded?: true;
  readonly limit: number;
}

/** Adds the options that choose runs. */
const filtering = (command: Command): Command =>
  talking(command)
    .option(
      '--where <filter>',
      'only those for which this holds, in CEL, e.g. \'attributes.customer == "x" && acceptedAt > now - duration("24h")\'',
    )
    .addOption(new Option('--status <status>', 'only those with this status').choices(RunStatus.options))
    .addOption(new Option('--state <state>', 'only those that stand so').choices(RunState.options))
    .option('--pipeline <name>', 'only those of this pipeline')
    .option('--code <code>', 'only those that failed, or are held up, with this code')
    .option('--tag <tag>', 'only those with this tag')
    .option('--text <text>', 'only those with this text in their title')
    .option('--since <time>', 'only those accepted since then: a time, or how long ago, e.g. 24h')
    .option('--until <time>', 'only those accepted before then: a time, or how long ago, e.g. 1h')
    .option('--parent <run>', 'only child runs of this run')
    .option('--degraded', 'only runs that used a fallback or a default');

const COUNT_COLUMNS: readonly Column<FacetValueView>[] = [
  { title: 'VALUE', of: ({ value }) => value },
  { title: 'RUNS', of: ({ count }) => count },
];

/** Adds the commands that list and count runs. */
export function runListCommands(run: Command, { terminal }: CliContext): void {
  filtering(run.command('count'))
    .description(
      'count runs by the values of a field: pipeline, status, state, code, tags, attributes.NAME or outcomes.NAME',
    )
    .argument('<field>')
    .action(async (by: string, options: ListOptions) => {
      const counted = await clientOf(terminal, options).runs.count({ ...(await queryOf(options)), by });
      const items = counted.values;
      terminal.out(listed({ items, columns: COUNT_COLUMNS, name: ({ value }) => String(value) }, options.output));
      if (items.length === 0) terminal.say('No runs with such a value.\n');
      if (!counted.isComplete)
        terminal.say('Of the newest 20,000 runs: there are older ones. Count fewer with --since.\n');
    });

  filtering(run.command('list'))
    .description('list runs, newest first')
    .option('--limit <n>', 'the most lines to list', wholeNumber('--limit'), 50)
    .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it')
    .action(async (options: ListOptions) => {
      const query = await queryOf(options);
      const found = await search(clientOf(terminal, options), query, options);
      terminal.out(listed({ items: found.items, columns: RUN_COLUMNS, name: ({ id }) => id }, options.output));
      if (found.searchedTo !== undefined) terminal.say(`Searched down to ${found.searchedTo}.\n`);
      if (found.items.length === 0) terminal.say('No runs.\n');
      if (found.next !== undefined) terminal.say(`There are more: --cursor ${found.next}\n`);
    });
}

async function queryOf({
  where,
  status,
  state,
  pipeline,
  code,
  tag,
  text,
  parent,
  ...options
}: ListOptions): Promise<Query> {
  const now = Date.now();
  return {
    ...{ where, status, state, pipeline, code, tag, text, parent },
    degraded: options.degraded && 'true',
    since: await timeBack('--since', options.since, now),
    until: await timeBack('--until', options.until, now),
  };
}

/** The most pages that are asked for: each looks at thousands of runs. */
const MOST_PAGES = 20;

interface Found {
  readonly items: readonly RunSummaryView[];
  readonly next: string | undefined;
  readonly searchedTo: string | undefined;
}

/** Asks for further pages while the gateway ends them early because no index answers the filter. */
async function search(
  client: MillraceClient,
  query: Query,
  { limit, cursor: first }: Pick<ListOptions, 'limit' | 'cursor'>,
): Promise<Found> {
  const items: RunSummaryView[] = [];
  let cursor = first;
  for (let pages = 1; ; pages++) {
    const page = await client.runs.list({ ...query, limit: limit - items.length, cursor }).page();
    items.push(...page.items);
    const { next, searchedTo } = page;
    if (next === undefined || searchedTo === undefined || items.length >= limit || pages >= MOST_PAGES)
      return { items, next, searchedTo: next === undefined ? undefined : searchedTo };
    cursor = next;
  }
}
