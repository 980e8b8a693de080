import { type Command, Option } from 'commander';
import {
  type BodyOf,
  type CheckView,
  type DeploymentView,
  type DifferenceView,
  type MillraceClient,
  MillraceError,
  type StageDoubtView,
} from '@millrace/client';
import type { Plan } from '@millrace/pipeline/engine';
import { type Bundle, bundleOf, bundlesIn, oneOf, placesIn } from '../input/bundle.js';
import { VERSION_COLUMNS } from '../output/columns.js';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { differenceText } from '../output/difference-text.js';
import { CliError, EXIT } from '../exit.js';
import { listed, shown } from '../output/output.js';
import { endOf, type PlaceOf } from '../refusal.js';
import type { Terminal } from '../output/terminal.js';
import { wholeNumber } from '../input/values.js';
import { acting, actOf, type ActOptions } from './acting.js';

/** Deploying versions of a pipeline, and saying which of them new runs get. */
export function versionCommands(pipeline: Command, context: CliContext): void {
  const { terminal } = context;
  deployCommand(pipeline, context);

  talking(pipeline.command('versions'))
    .description('list the versions of a pipeline, newest first')
    .argument('<pipeline>')
    .action(async (name: string, options: CommonOptions) => {
      const { items } = await clientOf(terminal, options).pipelines.versions(name);
      terminal.out(listed({ items, columns: VERSION_COLUMNS, name: ({ version }) => String(version) }, options.output));
    });

  routeCommand(pipeline.command('promote').description('send all new runs to the canary version'), context, () => ({
    action: 'promote',
  }));
  routeCommand(
    pipeline
      .command('rollback')
      .description('end the canary; without a canary, send new runs to the version before')
      .option('--to <version>', 'send new runs to this version instead', wholeNumber('--to')),
    context,
    ({ to }: { to?: number }) => ({ action: 'rollback', ...(to !== undefined && { version: to }) }),
  );
  routeCommand(
    pipeline
      .command('canary')
      .description('send a share of new runs to a deployed version')
      .requiredOption('--to <version>', 'which', wholeNumber('--to'))
      .requiredOption('--share <share>', 'the share of new runs, e.g. 0.05 or 5%', shareOf),
    context,
    ({ to, share }: { to: number; share: number }) => ({ action: 'canary', version: to, share }),
  );

  const standing = (verb: 'pause' | 'resume', said: string) =>
    acting(talking(pipeline.command(verb).description(said)))
      .argument('<pipeline>')
      .action(async (name: string, options: CommonOptions & ActOptions) => {
        const view = await clientOf(terminal, options).pipelines[verb](name, actOf(options));
        terminal.out(shown(view, options.output, { name, text: () => `${name}  ${verb}d` }));
        if (view.unchanged) terminal.say(`Already ${verb}d.\n`);
      });
  standing('pause', 'hold new runs, in the order of their requests; runs under way go on');
  standing('resume', 'start the runs that were held');

  talking(pipeline.command('show'))
    .description('print a pipeline: deployed (name, name@version), or from a module, a YAML or a JSON file')
    .argument('<source>')
    .addOption(new Option('--format <format>', 'output format').choices(['yaml', 'json', 'mermaid']).default('yaml'))
    .action(async (source: string, { format, ...options }: CommonOptions & { format: 'yaml' | 'json' | 'mermaid' }) => {
      const { plan } = await versionOf(source, clientOf(terminal, options), terminal);
      const { loadPlan } = await import('@millrace/pipeline/engine');
      terminal.out(await planText(loadPlan(plan).plan, format));
    });

  talking(pipeline.command('diff'))
    .description('compare two versions: each a name, name@version, a module, a YAML or a JSON file')
    .argument('<a>')
    .argument('<b>')
    .action(async (a: string, b: string, options: CommonOptions) => {
      const client = clientOf(terminal, options);
      const [before, after] = [await versionOf(a, client, terminal), await versionOf(b, client, terminal)];
      await showDifferences(before, after, { terminal, output: options.output });
    });

  talking(pipeline.command('check'))
    .description(
      'for CI: whether a plan can be deployed, and which live runs it and the contracts of its stages would break; exit code 1 where it cannot',
    )
    .argument('<source>', 'a module, a YAML file, or a JSON file with a plan')
    .option('--pipeline <name>', 'name of the pipeline, where the module has several')
    .option('--allow-unserved', ALLOW_UNSERVED)
    .action(async (source: string, options: CommonOptions & { pipeline?: string; allowUnserved?: true }) => {
      const bundle = oneOf(await bundlesIn(source, terminal), source, options.pipeline);
      const placeOf = await placesIn(source, terminal);
      const { pipelines } = clientOf(terminal, options);
      const view = await placing(placeOf, pipelines.check(bundle.plan.pipeline, bundle));
      const isRefused = refusedFor(view, options.allowUnserved ?? false);
      terminal.out(shown(view, options.output, { name: view.plan, text: () => checkText(view, isRefused, placeOf) }));
      if (isRefused) context.end(EXIT.error);
    });
}

type DeployOptions = CommonOptions & ActOptions & { pipeline?: string; share?: number; allowUnserved?: true };

function deployCommand(pipeline: Command, { terminal }: CliContext): void {
  acting(talking(pipeline.command('deploy')))
    .description('deploy a plan for all new runs or a share of them; runs under way keep their plan')
    .argument('<source>', 'a module that exports pipelines, a YAML file, or a JSON file with a plan')
    .option('--pipeline <name>', 'only this pipeline of the module')
    .option('--share <share>', 'deploy as a canary for this share of new runs, e.g. 0.05 or 5%', shareOf)
    .option('--allow-unserved', ALLOW_UNSERVED)
    .action(async (source: string, options: DeployOptions) => {
      const all = await bundlesIn(source, terminal);
      const wanted = options.pipeline === undefined ? all : [oneOf(all, source, options.pipeline)];
      const placeOf = await placesIn(source, terminal);
      const client = clientOf(terminal, options);
      const share = options.share === undefined ? {} : { share: options.share };
      const allowed = options.allowUnserved ? { allowUnserved: true } : {};
      for (const bundle of wanted) {
        const body = { ...bundle, ...share, ...allowed, ...actOf(options) };
        const view = await placing(placeOf, client.pipelines.deploy(bundle.plan.pipeline, body));
        showDeployment(view, terminal, { ...options, placeOf });
      }
    });
}

function routeCommand<Options>(
  command: Command,
  { terminal }: CliContext,
  bodyOf: (options: Options) => BodyOf<'routePipeline'>,
): void {
  acting(talking(command))
    .argument('<pipeline>')
    .action(async (name: string, options: CommonOptions & ActOptions & Options) => {
      const body = { ...bodyOf(options), ...actOf(options) };
      showDeployment(await clientOf(terminal, options).pipelines.route(name, body), terminal, options);
    });
}

/** Names what the gateway refuses with its place in the person's file. */
async function placing<T>(placeOf: PlaceOf | undefined, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof MillraceError ? endOf(error, placeOf) : error;
  }
}

function showDeployment(
  view: DeploymentView,
  terminal: Terminal,
  { output, placeOf }: CommonOptions & { placeOf?: PlaceOf | undefined },
): void {
  const { pipeline, version, plan, unchanged, status } = view;
  const text = () => (status === 'pending' ? `${pipeline}  pending as ${view.id}` : `${pipeline}@${version}  ${plan}`);
  terminal.out(shown(view, output, { name: version === undefined ? view.id : String(version), text }));
  if (unchanged) terminal.say('Nothing to do: this was deployed and routed already.\n');
  for (const stage of view.noConsumer ?? [])
    terminal.say(`no consumer: no process serves the stage ${stage}. Runs wait there until you start it.\n`);
  for (const one of view.misfits ?? []) terminal.say(`misfit: ${doubtText(one, placeOf)}\n`);
  for (const one of view.doubts ?? []) terminal.say(`doubt: ${doubtText(one, placeOf)}\n`);
}

async function planText(plan: Plan, format: 'yaml' | 'json' | 'mermaid'): Promise<string> {
  if (format === 'json') return `${JSON.stringify(plan, null, 2)}\n`;
  if (format === 'mermaid') return (await import('@millrace/pipeline/engine')).mermaid(plan);
  const { pipelineYaml } = await import('@millrace/pipeline/yaml');
  return pipelineYaml(plan);
}

/** `0.05` or `5%`. */
function shareOf(text: string): number {
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (share > 0 && share <= 1) return share;
  throw new CliError(EXIT.usage, `--share is "${text}": expected e.g. 0.05 or 5%.`);
}

/** Returns the version deployed under `name` or `name@version`, else the pipeline of a module or a file. */
async function versionOf(given: string, client: MillraceClient, terminal: Terminal): Promise<Bundle> {
  const [, name, version] = /^([a-z][a-z0-9-]*)(?:@(\w+))?$/.exec(given) ?? [];
  if (name === undefined) return oneOf(await bundlesIn(given, terminal), given, undefined);
  const which = version ?? (await client.pipelines.get(name)).plan;
  return bundleOf(await client.pipelines.version({ name, version: which }));
}

async function showDifferences(
  before: Bundle,
  after: Bundle,
  options: { terminal: Terminal; output: CommonOptions['output'] },
): Promise<void> {
  const { differences, loadPlan } = await import('@millrace/pipeline/engine');
  const versionOf = ({ plan, contracts }: Bundle) => ({ plan: loadPlan(plan).plan as Plan, contracts });
  const items: readonly DifferenceView[] = differences(versionOf(before), versionOf(after));
  const { terminal, output } = options;
  if (output === 'table' || output === 'wide') terminal.out(differenceText(items));
  else terminal.out(listed({ items, columns: [], name: ({ what, name }) => name || what }, output));
  if (items.length === 0) terminal.say('No difference.\n');
}

const ALLOW_UNSERVED = 'also where nobody serves a stage, or a step cannot fit the contract of its stage';

/** Returns true when deploying it is refused. */
const refusedFor = ({ breaks, unserved = [], misfits = [] }: CheckView, allowUnserved: boolean): boolean =>
  breaks.length > 0 || (!allowUnserved && unserved.length + misfits.length > 0);

/** With the line and column where the source is a YAML file: `letters.yaml:12:5`. */
function doubtText({ step, pointer, detail }: StageDoubtView, placeOf: PlaceOf | undefined): string {
  return [placeOf?.(pointer), step, pointer, detail].filter(Boolean).join(' ');
}

function checkText(view: CheckView, isRefused: boolean, placeOf: PlaceOf | undefined): string {
  const { differences: changes, breaks, broken, unmovable, examined, complete } = view;
  const { noConsumer = [], unserved = [], misfits = [], doubts = [] } = view;
  const lines = [
    differenceText(changes).trimEnd(),
    ...breaks.map(({ stage, pointer, detail }) => `breaks    ${stage} ${pointer} ${detail}`),
    ...broken.map(({ run, step, stage }) => `broken    ${run} at ${step}, which asks ${stage}`),
    ...unmovable.map(({ run, detail }) => `stays     ${run} cannot be moved: ${detail}`),
    ...misfits.map((one) => `misfit    ${doubtText(one, placeOf)}`),
    ...doubts.map((one) => `doubt     ${doubtText(one, placeOf)}`),
    ...noConsumer.map((stage) =>
      unserved.includes(stage)
        ? `unserved  ${stage}: no process serves it, and none has announced what it takes`
        : `no consumer  ${stage}: no process serves it; runs wait there until you start it`,
    ),
    `${examined} live runs looked at${complete ? '' : ', there are more'}; ${isRefused ? 'deploying this is refused' : 'this can be deployed'}`,
  ];
  return lines.filter((line) => line !== '').join('\n');
}
