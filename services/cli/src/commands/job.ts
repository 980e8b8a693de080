import { type Command, Option } from 'commander';
import { JobItemStatus, JobStatus, LetterWork } from '@millrace/contracts';
import { sleep } from '@millrace/contracts/timers';
import type { Accepted, JobItemView, JobPreview, JobView, QueryOf } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { positive, wholeNumber } from '../input/values.js';
import { JOB_COLUMNS, JOB_ITEM_COLUMNS } from '../output/columns.js';
import { listed, shown } from '../output/output.js';
import { commandOf, oneLine, type Terminal } from '../output/terminal.js';
import { acting, actOf, type ActOptions } from './acting.js';
import { runJobCommands } from './run-jobs.js';
import { filtering, filterOf, type FilterOptions } from './dead-letter/letter-filter.js';

interface StartOptions extends CommonOptions, ActOptions, FilterOptions {
  readonly all?: true;
  readonly rate?: number;
  readonly maxRedrives?: number;
  readonly dryRun?: true;
  readonly watch?: true;
}

/** The interval at which a job that is watched is looked at. */
const LOOK_MS = 500;

export function jobCommands(program: Command, context: CliContext): void {
  const job = program
    .command('job')
    .alias('jobs')
    .description('redrive or resolve many dead letters, replay or compare many runs');
  const { terminal } = context;
  startCommand(job, context);
  runJobCommands(job, context, (id, options) => watched(id, options, terminal));

  talking(job.command('list'))
    .description('list jobs, newest first')
    .addOption(new Option('--status <status>', 'only those with this status').choices(JobStatus.options))
    .option('--limit <n>', 'the most lines to list', wholeNumber('--limit'), 50)
    .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it')
    .action(async ({ status, limit, cursor, ...options }: CommonOptions & QueryOf<'listJobs'>) => {
      const page = await clientOf(terminal, options).jobs.list({ status, limit, cursor }).page();
      terminal.out(listed({ items: page.items, columns: JOB_COLUMNS, name: ({ id }) => id }, options.output));
      if (page.items.length === 0) terminal.say('No jobs.\n');
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  talking(job.command('get').alias('show'))
    .description('show how far a job is')
    .argument('<job>')
    .action(async (id: string, options: CommonOptions) => {
      print(await clientOf(terminal, options).jobs.get(id), options, terminal);
    });

  talking(job.command('items'))
    .description('list the outcome of each dead letter or run of a job')
    .argument('<job>')
    .addOption(new Option('--status <status>', 'only those with this outcome').choices(JobItemStatus.options))
    .option('--limit <n>', 'the most lines to list', wholeNumber('--limit'), 50)
    .option('--cursor <cursor>', 'cursor of the next page, as the page before printed it')
    .action(async (id: string, { status, limit, cursor, ...options }: CommonOptions & QueryOf<'listJobItems'>) => {
      const page = await clientOf(terminal, options).jobs.items(id, { status, limit, cursor }).page();
      const name = ({ deadLetter, run }: JobItemView) => deadLetter ?? run ?? '';
      terminal.out(listed({ items: page.items, columns: JOB_ITEM_COLUMNS, name }, options.output));
      if (page.next) terminal.say(`There are more: --cursor ${page.next}\n`);
    });

  const changing = (verb: 'pause' | 'resume' | 'stop', description: string) =>
    acting(talking(job.command(verb)))
      .description(description)
      .argument('<job>')
      .action(async (id: string, options: CommonOptions & ActOptions & { rate?: number }) => {
        const body = { ...actOf(options), ...(options.rate !== undefined && { perSecond: options.rate }) };
        print(await clientOf(terminal, options).jobs[verb](id, body), options, terminal);
      });
  changing('pause', 'begin no further dead letter or run of a job');
  changing('resume', 'go on with a job').option(
    '--rate <n>',
    'dead letters or runs each second from now on',
    positive('--rate'),
  );
  changing('stop', 'end a job; what it has not begun stays as it is');
}

function startCommand(job: Command, { terminal }: CliContext): void {
  acting(filtering(talking(job.command('start'))))
    .description('redrive or resolve all open dead letters that fit a filter')
    .argument(`<${LetterWork.shape.kind.options.join('|')}>`)
    .option('--all', 'all open dead letters, where no filter is given')
    .option('--rate <n>', 'the most dead letters each second', positive('--rate'))
    .option(
      '--max-redrives <n>',
      'refuse letters that were redriven this often before (default: 10)',
      wholeNumber('--max-redrives'),
    )
    .option('--dry-run', 'only say which letters the job would be about')
    .option('--watch', 'wait until the job has ended, and show how far it is')
    .action(async (kind: string, options: StartOptions) => {
      const { data } = LetterWork.shape.kind.safeParse(kind);
      if (!data)
        throw new CliError(EXIT.usage, `A job is one of ${LetterWork.shape.kind.options.join(', ')}, not "${kind}".`);
      const filter = await filterOf(options);
      if (Object.keys(filter).length === 0 && !options.all)
        throw new CliError(EXIT.usage, 'Say which dead letters: by a filter (see --help), or --all.');
      const { rate, maxRedrives, dryRun } = options;
      const { jobs } = clientOf(terminal, options);
      const work = {
        kind: data,
        filter,
        ...(rate !== undefined && { perSecond: rate }),
        ...(maxRedrives !== undefined && { maxRedrives }),
        ...actOf(options),
      };
      if (dryRun) {
        const preview = await jobs.preview(work);
        terminal.out(
          shown(preview, options.output, { name: String(preview.letters), text: () => previewText(preview) }),
        );
        return;
      }
      await watched((await jobs.begin(work)).id, options, terminal);
    });
}

/** Shows a job; with `watch` once it has ended, and until then how far it is. */
async function watched(id: string, options: CommonOptions & { watch?: true }, terminal: Terminal): Promise<void> {
  const { jobs } = clientOf(terminal, options);
  let view = await jobs.get(id);
  for (; options.watch && view.status === 'running'; view = await jobs.get(id)) {
    terminal.say(`${progressOf(view)}\n`);
    await sleep(LOOK_MS, { signal: terminal.signal });
  }
  print(view, options, terminal);
  if (!options.watch) terminal.say(`Follow it with: ${commandOf(terminal, `job get ${id}`)}\n`);
}

function print(job: JobView | Accepted, { output }: CommonOptions, terminal: Terminal): void {
  terminal.out(shown(job, output, { name: job.id, text: () => ('items' in job ? jobText(job) : job.id) }));
}

const progressOf = ({ items, total }: JobView): string =>
  `${total - (items.waiting ?? 0) - (items.sent ?? 0)} of ${total}`;

function jobText(job: JobView): string {
  const { id, kind, status, at, endedAt, by, reason, filter, perSecond, items, from, plan, steps } = job;
  const counts = Object.entries(items).filter(([, count]) => count > 0);
  const chosen = Object.entries(filter).map(([name, value]) => `${name} ${value}`);
  return [
    `${id}  ${status}`,
    `kind      ${kind}, ${chosen.length > 0 ? oneLine(chosen.join(', ')) : 'all open dead letters'}`,
    ...(from === undefined ? [] : [`from      ${from}`]),
    ...(steps === undefined ? [] : [`steps     ${steps.join(', ')}`]),
    ...(plan === undefined ? [] : [`plan      ${plan}`]),
    `began     ${at}${by ? ` by ${oneLine(by)}` : ''}${reason ? `: ${oneLine(reason)}` : ''}`,
    ...(endedAt ? [`ended     ${endedAt}`] : []),
    ...(perSecond ? [`rate      ${perSecond} each second`] : []),
    `progress  ${progressOf(job)}`,
    ...counts.map(([name, count]) => `          ${name} ${count}`),
  ].join('\n');
}

const previewText = ({ letters, refused, groups }: JobPreview): string =>
  [
    `${letters} dead letters${refused > 0 ? `, ${refused} of them would be refused: they were redriven too often` : ''}.`,
    ...groups.map(
      ({ stage = '-', code, letters: count }) => `  ${String(count).padStart(7)}  ${oneLine(stage)}  ${code}`,
    ),
  ].join('\n');
