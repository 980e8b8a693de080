import { type Command, Option } from 'commander';
import type { MillraceClient, QueryOf, RecordList, RecordView } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { wholeNumber } from '../input/values.js';
import { RECORD_COLUMNS, TOPIC_COLUMNS, TOPIC_GROUP_COLUMNS } from '../output/columns.js';
import { listed, shown } from '../output/output.js';
import { recordText } from '../output/record-text.js';
import { timeBack } from '../output/times.js';

type Query = QueryOf<'listRecords'>;

interface ListOptions extends CommonOptions {
  readonly partition?: string;
  readonly from?: string;
  readonly at?: string;
  readonly order?: Query['order'];
  readonly key?: string;
  readonly text?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** The most records of one request. */
const PAGE = 200;
/** The longest value that the gateway shows. */
const WHOLE = 2_000_000;

export function topicCommands(program: Command, { terminal }: CliContext): void {
  const topic = program.command('topic').alias('topics').description('list topics, and how far who reads them is');

  talking(topic.command('list'))
    .description('list the topics of the installation')
    .action(async (options: CommonOptions) => {
      const { items } = await clientOf(terminal, options).topics.list();
      terminal.out(listed({ items, columns: TOPIC_COLUMNS, name: ({ name }) => name }, options.output));
      if (items.length === 0) terminal.say('No topics.\n');
    });

  talking(topic.command('get'))
    .description('show where the partitions of a topic begin and end, and the backlog of each consumer group')
    .argument('<topic>')
    .action(async (name: string, options: CommonOptions) => {
      const view = await clientOf(terminal, options).topics.get(name);
      const text = (): string => {
        const ranges = view.ranges.map(({ partition, start, end }) => `partition ${partition}  ${start} to ${end}`);
        const groups = listed({ items: view.groups, columns: TOPIC_GROUP_COLUMNS, name: (one) => one.name }, 'table');
        return [...(view.about === undefined ? [] : [view.about]), ...ranges, groups.trimEnd()].join('\n').trimEnd();
      };
      terminal.out(shown(view, options.output, { name: view.name, text }));
    });
}

export function recordCommands(program: Command, { terminal }: CliContext): void {
  const record = program
    .command('record')
    .alias('records')
    .description('read the records of a topic; joins no consumer group and moves no offset');

  talking(record.command('list'))
    .description('list records, the newest first unless --from or --at says where to begin')
    .argument('<topic>')
    .option('--partition <n>', 'only records of this partition')
    .option('--from <offset>', 'begin at this offset of the partition, or at the "oldest" record')
    .option('--at <time>', 'begin at the records of this time: a time, or how long ago, e.g. 2h')
    .addOption(new Option('--order <order>', 'read backwards or forwards from there').choices(['newest', 'oldest']))
    .option('--key <key>', 'only records with exactly this key')
    .option('--text <text>', 'only records with this text in the key, the value or a header')
    .option('--limit <n>', 'the most records to list', wholeNumber('--limit'), 50)
    .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it')
    .action(async (topic: string, options: ListOptions) => {
      const search = searched(clientOf(terminal, options), topic, await queryOf(options));
      const items: RecordView[] = [];
      let looked = 0;
      let next: string | undefined;
      for await (const page of search(options.limit)) {
        items.push(...page.items);
        looked += page.looked.records;
        next = page.next;
        if (page.next !== undefined && page.ended !== 'limit') terminal.say(`Looked at ${looked} records …\n`);
      }
      const name = ({ partition, offset }: RecordView) => `${topic}/${partition}/${offset}`;
      terminal.out(listed({ items, columns: RECORD_COLUMNS, name }, options.output));
      if (items.length === 0) terminal.say(`No records among ${looked}.\n`);
      if (next) terminal.say(`There are more: --cursor ${next}\n`);
    });

  talking(record.command('get'))
    .description('show one record with its whole value')
    .argument('<topic>')
    .argument('<partition>', 'number of the partition', numbered('partition'))
    .argument('<offset>', 'offset of the record', numbered('offset'))
    .action(async (topic: string, partition: number, ...[offset, options]: [number, CommonOptions]) => {
      const query = { partition, from: offset, limit: 1, contentBytes: WHOLE };
      const [found] = (await clientOf(terminal, options).topics.records(topic, query)).items;
      if (found?.offset !== offset) {
        const where = `${topic}/${partition}/${offset}`;
        throw new CliError(
          EXIT.notFound,
          `There is no record ${where}: it was removed, or that offset is none of a record.`,
        );
      }
      const name = `${topic}/${partition}/${offset}`;
      terminal.out(shown(found, options.output, { name, text: () => recordText(topic, found) }));
    });
}

async function queryOf({ partition, from, at, order, key, text, cursor }: ListOptions): Promise<Query> {
  const time = await timeBack('--at', at, Date.now());
  const begin = from === undefined || from === 'oldest' ? from : numbered('--from')(from);
  return {
    ...(partition !== undefined && { partition: numbered('--partition')(partition) }),
    ...(begin !== undefined && { from: begin }),
    ...(time !== undefined && { at: time }),
    ...(order !== undefined && { order }),
    ...(key !== undefined && { key }),
    ...(text !== undefined && { text }),
    ...(cursor !== undefined && { cursor }),
  };
}

/** Reads the number of a partition or an offset: both count from 0. */
const numbered =
  (option: string) =>
  (text: string): number => {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    const expected = option === '--from' ? 'an offset, e.g. 1200, or "oldest"' : 'a number from 0 on';
    throw new CliError(EXIT.usage, `${option} is "${text}": expected ${expected}.`);
  };

/** Goes on with a search that a request has not finished, until there are so many records. Ctrl-C ends it. */
const searched = (client: MillraceClient, topic: string, query: Query) =>
  async function* (limit: number): AsyncGenerator<RecordList, void, undefined> {
    let { cursor } = query;
    for (let left = limit; left > 0;) {
      const page = await client.topics.records(topic, {
        ...query,
        ...(cursor && { cursor }),
        limit: Math.min(left, PAGE),
      });
      yield page;
      if (page.next === undefined) return;
      left -= page.items.length;
      cursor = page.next;
    }
  };
