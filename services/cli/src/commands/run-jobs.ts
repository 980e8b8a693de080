import { type Command, Option } from 'commander';
import { RunStatus } from '@millrace/contracts';
import type { ComparisonView, JobView, RunJobPreview } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { positive, several } from '../input/values.js';
import { type Column, listed, millisOf, shown } from '../output/output.js';
import { commandOf } from '../output/terminal.js';
import { timeBack } from '../output/times.js';
import { acting, actOf, type ActOptions } from './acting.js';

interface RunJobOptions extends CommonOptions, ActOptions {
  readonly pipeline: string;
  readonly status?: NonNullable<JobView['filter']>[string];
  readonly where?: string;
  readonly since?: string;
  readonly until?: string;
  readonly to?: string;
  readonly rate?: number;
  readonly allowEffects?: true;
  readonly dryRun?: true;
}

type Watch = (id: string, options: CommonOptions & { readonly watch?: true }) => Promise<void>;

const choosing = (command: Command): Command =>
  acting(talking(command))
    .requiredOption('--pipeline <name>', 'runs of this pipeline')
    .option('--where <filter>', 'only those for which this holds, in CEL, as in run list')
    .option('--since <time>', 'only those accepted since then: a time, or how long ago, e.g. 7d')
    .option('--until <time>', 'only those accepted before then: a time, or how long ago')
    .option('--to <version>', 'the number of a version, or a plan (default: the plan of each run)')
    .option('--rate <n>', 'the most runs each second', positive('--rate'))
    .option('--allow-effects', 'execute steps that have effects outside, too')
    .option('--dry-run', 'only say which runs the job would be about, and which steps it would execute')
    .option('--watch', 'wait until the job has ended, and show how far it is');

async function workOf(options: RunJobOptions) {
  const { pipeline, where, to, rate, allowEffects } = options;
  const now = Date.now();
  const since = await timeBack('--since', options.since, now);
  const until = await timeBack('--until', options.until, now);
  const version = to !== undefined && /^\d+$/.test(to) ? Number(to) : to;
  return {
    runs: {
      pipeline,
      ...(options.status !== undefined && { status: options.status as RunStatus }),
      ...(where !== undefined && { where }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
    },
    ...(version !== undefined && { to: version }),
    ...(rate !== undefined && { perSecond: rate }),
    ...(allowEffects && { allowEffects }),
    ...actOf(options),
  };
}

/** Adds the commands that replay and compare many runs. `watch` shows a job, and waits for its end where that is asked for. */
export function runJobCommands(job: Command, { terminal }: CliContext, watch: Watch): void {
  const tell = (preview: RunJobPreview, { output }: CommonOptions) =>
    terminal.out(shown(preview, output, { name: String(preview.runs), text: () => previewText(preview) }));

  choosing(job.command('replay'))
    .description('replay all runs that fit a filter, from a step on: each is a new run')
    .addOption(new Option('--status <status>', 'only those with this status').choices(RunStatus.options))
    .requiredOption('--from <step>', 'the first step that is executed again')
    .action(async (options: RunJobOptions & { from: string }) => {
      const { jobs } = clientOf(terminal, options);
      const work = { ...(await workOf(options)), from: options.from };
      if (options.dryRun) return tell(await jobs.previewReplay(work), options);
      await watch((await jobs.replay(work)).id, options);
    });

  choosing(job.command('compare'))
    .description(
      'try completed runs once more, with the recorded answers of all steps but those that changed, and compare what comes of it',
    )
    .option(
      '--step <step>',
      'a step that is executed again; can be repeated (default: those that differ in --to)',
      several,
    )
    .action(async (options: RunJobOptions & { step?: string[] }) => {
      const { jobs } = clientOf(terminal, options);
      const work = { ...(await workOf(options)), ...(options.step && { steps: options.step }) };
      if (options.dryRun) return tell(await jobs.previewCompare(work), options);
      const { id } = await jobs.compare(work);
      await watch(id, options);
      terminal.say(`Its result: ${commandOf(terminal, `job report ${id}`)}\n`);
    });

  talking(job.command('report'))
    .description('show what a comparison has found so far')
    .argument('<job>')
    .action(async (id: string, options: CommonOptions) => {
      const { jobs } = clientOf(terminal, options);
      const found = await jobs.comparison(id);
      terminal.out(shown(found, options.output, { name: id, text: () => reportText(found) }));
      if (found.different > 0)
        terminal.say(`Those that differ: ${commandOf(terminal, `job items ${id} --status different`)}\n`);
    });
}

const previewText = ({ runs, most, executed, effects }: RunJobPreview): string =>
  [
    `${runs} runs${runs >= most ? ` (the newest: a job takes ${most})` : ''}.`,
    `executed  ${executed.join(', ')}`,
    ...(effects.length > 0 ? [`effects   ${effects.join(', ')}`] : []),
  ].join('\n');

const STEP_COLUMNS: readonly Column<ComparisonView['steps'][number]>[] = [
  { title: 'STEP', of: ({ step }) => step },
  { title: 'SAME', of: ({ same }) => same },
  { title: 'DIFFERENT', of: ({ different }) => different },
  { title: 'TOOK', of: ({ beforeMs }) => (beforeMs === undefined ? undefined : millisOf(beforeMs)) },
  { title: 'TAKES', of: ({ afterMs }) => (afterMs === undefined ? undefined : millisOf(afterMs)) },
];

function reportText({ job, same, different, failed, refused, open, outputs, steps }: ComparisonView): string {
  const compared = same + different;
  return [
    `${job}  ${compared} runs compared${open > 0 ? `, ${open} to go` : ''}`,
    `runs      ${same} same, ${different} different${failed > 0 ? `, ${failed} failed` : ''}${refused > 0 ? `, ${refused} refused` : ''}`,
    `outputs   ${outputs.same} same, ${outputs.different} different`,
    '',
    listed({ items: steps, columns: STEP_COLUMNS, name: ({ step }) => step }, 'table').trimEnd(),
  ].join('\n');
}
