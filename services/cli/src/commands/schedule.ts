import { type Command, Option } from 'commander';
import type { BodyOf, DeploymentView } from '@millrace/client';
import { SCHEDULE_COLUMNS } from '../output/columns.js';
import { clientOf, type CommonOptions, type CliContext, inputSchemaOf, talking } from '../context.js';
import { listed, shown } from '../output/output.js';
import { answerOf, several } from '../input/values.js';
import { acting, actOf, type ActOptions } from './acting.js';

interface MakeOptions extends CommonOptions, ActOptions {
  readonly zone?: string;
  readonly catchUp?: BodyOf<'makeSchedule'>['catchUp'];
  readonly input?: string[];
  readonly json?: string;
}

export function scheduleCommands(program: Command, { terminal }: CliContext): void {
  const schedule = program.command('schedule').alias('schedules').description('list, make and delete schedules');
  const tell = (view: DeploymentView, { output }: CommonOptions) => {
    const name = `${view.pipeline}/${view.schedule ?? view.id}`;
    terminal.out(shown(view, output, { name, text: () => name }));
  };

  talking(schedule.command('list'))
    .description('list schedules, the next due one first')
    .option('--pipeline <name>', 'only those of this pipeline')
    .action(async (options: CommonOptions & { pipeline?: string }) => {
      const { items } = await clientOf(terminal, options).schedules.list({ pipeline: options.pipeline });
      const name = (item: (typeof items)[number]) => `${item.pipeline}/${item.name}`;
      terminal.out(listed({ items, columns: SCHEDULE_COLUMNS, name }, options.output));
      if (items.length === 0) terminal.say('No schedules.\n');
    });

  acting(talking(schedule.command('make')))
    .description('make a schedule that starts a pipeline, or change the one of this name')
    .argument('<pipeline>')
    .argument('<name>')
    .argument('<cron>', 'minute, hour, day of the month, month, day of the week')
    .option('--zone <zone>', 'IANA time zone, e.g. Europe/Berlin (default: UTC)')
    .addOption(new Option('--catch-up <what>', 'which missed times still start a run').choices(['none', 'last', 'all']))
    .option(
      '-i, --input <key=value>',
      'a field of the input, read as the type that the pipeline says; may be given several times',
      several,
    )
    .option('--json <json>', 'the input as JSON')
    .action(async (pipeline: string, name: string, ...[cron, options]: [string, MakeOptions]) => {
      const { zone, catchUp, input, json } = options;
      const client = clientOf(terminal, options);
      const given = await answerOf({ pairs: input, json }, inputSchemaOf(client, pipeline));
      const body = { pipeline, name, cron, zone, catchUp, input: given, ...actOf(options) };
      tell(await client.schedules.make(body), options);
    });

  acting(talking(schedule.command('remove')))
    .description('delete a schedule that was made by hand')
    .argument('<pipeline>')
    .argument('<name>')
    .action(async (pipeline: string, name: string, options: CommonOptions & ActOptions) => {
      const body = { pipeline, name, ...actOf(options) };
      tell(await clientOf(terminal, options).schedules.remove(body), options);
    });
}
