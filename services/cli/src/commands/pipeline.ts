import type { Command } from 'commander';
import { PipelineList, PipelineView, StageList } from '@millrace/contracts/http';
import { PIPELINE_COLUMNS, STAGE_COLUMNS } from '../columns.js';
import { clientOf, type CommonOptions, type Context, talking } from '../context.js';
import { listed, shown } from '../output.js';
import { versionCommands } from './version.js';

export function pipelineCommands(program: Command, context: Context): void {
  const { terminal } = context;
  const pipeline = program.command('pipeline').alias('pipelines').description('what can be run');

  talking(pipeline.command('list'))
    .description('the pipelines that are deployed')
    .action(async (options: CommonOptions) => {
      const { items } = await clientOf(terminal, options).get('/v1/pipelines', PipelineList);
      terminal.out(listed({ items, columns: PIPELINE_COLUMNS, name: ({ name }) => name }, options.output));
      if (items.length === 0) terminal.say('No pipelines.\n');
    });

  talking(pipeline.command('get'))
    .description('a pipeline: its picture (Mermaid) and the schema of its input')
    .argument('<pipeline>')
    .action(async (name: string, options: CommonOptions) => {
      const view = await clientOf(terminal, options).get(`/v1/pipelines/${encodeURIComponent(name)}`, PipelineView);
      const text = () =>
        `${view.name}  ${view.plan}\n\n${view.mermaid.trimEnd()}\n\n${JSON.stringify(view.inputSchema, null, 2)}`;
      terminal.out(shown(view, options.output, { name: view.name, text }));
    });

  versionCommands(pipeline, context);

  const stage = program.command('stage').description('what does the work');
  talking(stage.command('list'))
    .description('the stages that deployed pipelines use')
    .action(async (options: CommonOptions) => {
      const { items } = await clientOf(terminal, options).get('/v1/stages', StageList);
      terminal.out(listed({ items, columns: STAGE_COLUMNS, name: ({ name }) => name }, options.output));
      if (items.length === 0) terminal.say('No stages.\n');
    });
}
