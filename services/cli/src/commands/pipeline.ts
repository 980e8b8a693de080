import type { Command } from 'commander';
import type { MillraceClient, StageView } from '@millrace/client';
import { PIPELINE_COLUMNS, STAGE_COLUMNS } from '../output/columns.js';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { listed, shown } from '../output/output.js';
import { CliError, EXIT } from '../exit.js';
import { answerOf, positive, several, wholeNumber } from '../input/values.js';
import { acting, actOf, type ActOptions } from './acting.js';
import { stageCheckCommand } from './stage-check.js';
import { versionCommands } from './version.js';

interface LimitOptions {
  readonly concurrency?: number;
  readonly rate?: number;
  readonly weight?: string[];
  readonly none?: true;
}

async function stageOf(client: MillraceClient, name: string): Promise<StageView> {
  const { items } = await client.stages.list().page();
  const found = items.find((stage) => stage.name === name);
  if (found) return found;
  const names = items.map((stage) => stage.name).join(', ');
  throw new CliError(EXIT.notFound, `No deployed pipeline uses the stage "${name}"; there are ${names || 'none'}.`);
}

function limitsText({ limits }: StageView): string {
  const { concurrency, perSecond, weights } = limits ?? {};
  const parts = [
    concurrency !== undefined && `${concurrency} at once`,
    perSecond !== undefined && `${perSecond} per second`,
    weights &&
      Object.entries(weights)
        .map(([tenant, weight]) => `${tenant} × ${weight}`)
        .join(', '),
  ];
  return parts.filter(Boolean).join(', ') || 'not limited';
}

export function pipelineCommands(program: Command, context: CliContext): void {
  const { terminal } = context;
  const pipeline = program.command('pipeline').alias('pipelines').description('list, show, check and deploy pipelines');

  talking(pipeline.command('list'))
    .description('list the deployed pipelines')
    .action(async (options: CommonOptions) => {
      const { items } = await clientOf(terminal, options).pipelines.list().page();
      terminal.out(listed({ items, columns: PIPELINE_COLUMNS, name: ({ name }) => name }, options.output));
      if (items.length === 0) terminal.say('No pipelines.\n');
    });

  talking(pipeline.command('get'))
    .description('show a pipeline: its graph (Mermaid) and the schema of its input')
    .argument('<pipeline>')
    .action(async (name: string, options: CommonOptions) => {
      const view = await clientOf(terminal, options).pipelines.get(name);
      const text = () =>
        `${view.name}  ${view.plan}\n\n${view.mermaid.trimEnd()}\n\n${JSON.stringify(view.inputSchema, null, 2)}`;
      terminal.out(shown(view, options.output, { name: view.name, text }));
    });

  versionCommands(pipeline, context);

  const stage = program.command('stage').alias('stages').description('list, limit and pause stages');
  acting(talking(stage.command('limit')))
    .description(
      'show what a stage may do at most over all its processes, or set it: what is left out is not limited then',
    )
    .argument('<stage>')
    .option('--concurrency <n>', 'the most steps at once', wholeNumber('--concurrency'))
    .option('--rate <n>', 'the most steps started per second', positive('--rate'))
    .option('--weight <tenant=n>', 'weight of a tenant in the order of turns; can be repeated', several)
    .option('--none', 'remove all limits of the stage')
    .action(async (name: string, options: CommonOptions & ActOptions & LimitOptions) => {
      const { concurrency, rate, weight, none } = options;
      const tell = (view: StageView) =>
        terminal.out(shown(view, options.output, { name, text: () => `${name}  ${limitsText(view)}` }));
      const isQuery = concurrency === undefined && rate === undefined && weight === undefined;
      if (none && !isQuery) throw new CliError(EXIT.usage, 'Give either limits or --none, not both.');
      if (isQuery && !none) return tell(await stageOf(clientOf(terminal, options), name));
      // The gateway says which of them are no numbers.
      const weights = weight && ((await answerOf({ pairs: weight })) as Record<string, number>);
      const body = { concurrency, perSecond: rate, weights, ...actOf(options) };
      tell(await clientOf(terminal, options).stages.limit(name, body));
    });
  const standing = (verb: 'pause' | 'resume', description: string) =>
    acting(talking(stage.command(verb)))
      .description(description)
      .argument('<stage>')
      .action(async (name: string, options: CommonOptions & ActOptions) => {
        const view = await clientOf(terminal, options).stages[verb](name, actOf(options));
        const text = () => `${name}  ${view.paused ? `paused since ${view.paused.since}` : 'not paused'}`;
        terminal.out(shown(view, options.output, { name, text }));
      });
  stageCheckCommand(stage, context);
  standing('pause', 'take nothing new in all processes of a stage; what is in hand ends');
  standing('resume', 'go on with a stage that is paused');
  talking(stage.command('list'))
    .description('list the stages of deployed pipelines')
    .action(async (options: CommonOptions) => {
      const { items } = await clientOf(terminal, options).stages.list().page();
      terminal.out(listed({ items, columns: STAGE_COLUMNS, name: ({ name }) => name }, options.output));
      if (items.length === 0) terminal.say('No stages.\n');
      for (const { name, breaks = [] } of items)
        for (const { pointer, detail } of breaks)
          terminal.say(
            `contract changed: ${name}${pointer} ${detail}. Plans that are deployed rely on the one before.\n`,
          );
    });
}
