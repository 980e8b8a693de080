import { sleep } from '@millrace/contracts/timers';
import { type MillraceClient, MillraceError, type RecoveryReport } from '@millrace/client';
import type { Command } from 'commander';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { listed, shown } from '../output/output.js';
import { acting, actOf, type ActOptions } from './acting.js';

const LOOK_MS = 250;
/** A coordinator that is there begins at once. */
const BEGINS_WITHIN_MS = 60_000;

export function recoverCommand(program: Command, { terminal, end }: CliContext): void {
  acting(talking(program.command('recover')))
    .description('compare a restored database with Kafka, and with --apply bring it up to what the topics hold')
    .option('--apply', 'do it; without it nothing is changed')
    .action(async (options: CommonOptions & ActOptions & { apply?: boolean }) => {
      const { apply = false, output } = options;
      const client = clientOf(terminal, options);
      const { id } = await client.recoveries.begin({ apply, ...actOf(options) });
      const report = await untilDone(client, id, terminal.signal);
      terminal.out(shown(report, output, { name: id, text: () => textOf(report) }));
      if (report.status === 'failed') end(EXIT.error);
    });
}

async function untilDone(client: MillraceClient, id: string, signal: AbortSignal): Promise<RecoveryReport> {
  // One that no coordinator has begun is not found, and a gateway may be away for a moment.
  const waited = (error: unknown) => {
    if (error instanceof MillraceError && (error.retryable || error.code === 'UNKNOWN_RECOVERY')) return undefined;
    throw error;
  };
  for (const since = performance.now(); ; await sleep(LOOK_MS, { signal })) {
    const report = await client.recoveries.get(id).catch(waited);
    if (report && report.status !== 'under-way') return report;
    if (!report && performance.now() - since > BEGINS_WITHIN_MS)
      throw new CliError(
        EXIT.timeout,
        'No coordinator has begun the recovery. Start one; it then begins by itself, and the command can be given again.',
      );
  }
}

/** Says what differs, what was read again, and names each run that lacks something. */
function textOf(report: RecoveryReport): string {
  const { partitions, runs, results, published, missing, gathered = [], applied } = report;
  const differing = partitions.filter(({ standing }) => standing !== 'even');
  if (differing.length === 0) return 'The database knows all that was committed. There is nothing to recover.';
  const columns = [
    { title: 'TOPIC', of: ({ topic }: Partition) => topic },
    { title: 'PARTITION', of: ({ partition }: Partition) => partition },
    { title: 'DATABASE', of: ({ store }: Partition) => store ?? 'none' },
    {
      title: 'GROUP',
      of: ({ group, standing }: Partition) => `${group ?? 'none'}${standing === 'reset' ? ' (reset)' : ''}`,
    },
    { title: 'TOPIC HOLDS FROM', of: ({ start }: Partition) => start },
    { title: 'READ AGAIN', of: ({ from, until, gone }: Partition) => until - from - gone },
    { title: 'GONE', of: ({ gone }: Partition) => gone },
  ];
  const lines = [
    listed({ items: differing, columns, name: ({ topic, partition }) => `${topic}/${partition}` }, 'table').trimEnd(),
    '',
    `${runs} runs ${applied ? 'were' : 'would be'} read again; ${results} results stand on their topic and ${applied ? 'were' : 'would'} not ${applied ? '' : 'be '}published again.`,
    ...(applied ? [`${published} records were published that stood nowhere.`] : []),
    ...missingText(missing),
    ...gatheredText(gathered),
    ...(applied ? [] : ['Nothing was changed. To do it: millrace recover --apply']),
  ];
  return lines.join('\n');
}

type Partition = RecoveryReport['partitions'][number];
type Missing = RecoveryReport['missing'][number];

const LACKS: Readonly<Record<Missing['gone'], string>> = {
  request: 'its request is gone from intake: it is not in the database',
  events: 'part of what happened is gone',
};

function missingText(missing: readonly Missing[]): string[] {
  if (missing.length === 0) return ['Kafka holds everything that the database lacks.'];
  const columns = [
    { title: 'RUN', of: ({ run }: Missing) => run },
    { title: 'LACKS', of: ({ gone }: Missing) => LACKS[gone] },
    { title: 'STATUS', of: ({ status }: Missing) => status },
    { title: 'RESULT', of: ({ result }: Missing) => (result ? 'stands on results' : 'none') },
  ];
  return [
    `Kafka no longer holds everything of ${missing.length} runs:`,
    listed({ items: missing, columns, name: ({ run }) => run }, 'table').trimEnd(),
  ];
}

type Gathered = NonNullable<RecoveryReport['gathered']>[number];

function gatheredText(gathered: readonly Gathered[]): string[] {
  if (gathered.length === 0) return [];
  const columns = [
    { title: 'TRIGGER', of: ({ trigger }: Gathered) => trigger },
    { title: 'TOPIC', of: ({ topic }: Gathered) => topic },
    { title: 'PARTITION', of: ({ partition }: Gathered) => partition },
    { title: 'FROM', of: ({ from }: Gathered) => from },
    { title: 'BELOW', of: ({ until }: Gathered) => until },
  ];
  return [
    'These records came after the backup, for triggers that gather records into runs. They are not read again: publish those again that are part of no run.',
    listed({ items: gathered, columns, name: ({ topic, partition }) => `${topic}/${partition}` }, 'table').trimEnd(),
  ];
}
