import { readJson } from '@millrace/contracts';
import type { Command } from 'commander';
import type { RunView } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { several } from '../input/values.js';
import { type Column, listed, millisOf, shown } from '../output/output.js';
import { commandOf, oneLine } from '../output/terminal.js';
import { acting, actOf, type ActOptions } from './acting.js';

interface ReplayOptions extends CommonOptions, ActOptions {
  readonly from: string;
  readonly to?: string;
  readonly json?: string;
  readonly set?: string[];
  readonly allowEffects?: true;
  readonly dryRun?: true;
}

/** Adds `run replay` and `run diff`. */
export function replayCommands(run: Command, { terminal }: CliContext): void {
  acting(talking(run.command('replay')))
    .description('begin a new run that takes the outputs of a run as they are up to a step, and executes the rest')
    .argument('<run>')
    .requiredOption('--from <step>', 'the first step that is executed again')
    .option('--to <version>', 'the number of a version, or a plan (default: the plan of the run)')
    .option('--json <json>', 'another input of the run, as JSON')
    .option('--set <step=json>', 'another output of a step that is not executed, as JSON; can be repeated', several)
    .option('--allow-effects', 'execute steps that have effects outside, too')
    .option('--dry-run', 'only say which steps would be executed')
    .action(async (id: string, options: ReplayOptions) => {
      const { from, allowEffects } = options;
      const to = options.to !== undefined && /^\d+$/.test(options.to) ? Number(options.to) : options.to;
      const body = {
        from,
        ...(to !== undefined && { to }),
        ...(options.json !== undefined && { input: valueOf('--json', options.json) }),
        ...(options.set && { outputs: outputsOf(options.set) }),
        ...(allowEffects && { allowEffects }),
        ...actOf(options),
      };
      const { runs } = clientOf(terminal, options);
      if (options.dryRun) {
        const preview = await runs.previewReplay(id, body);
        const text = () => `taken     ${preview.kept.join(', ') || '-'}\nexecuted  ${preview.executed.join(', ')}`;
        terminal.out(shown(preview, options.output, { name: id, text }));
        return;
      }
      const accepted = await runs.replay(id, body);
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
      terminal.say(`Follow it with: ${commandOf(terminal, `run watch ${accepted.id}`)}\n`);
      terminal.say(`Compare them with: ${commandOf(terminal, `run diff ${id} ${accepted.id}`)}\n`);
    });

  talking(run.command('diff'))
    .description('compare two runs step by step: status, time and output')
    .argument('<run>')
    .argument('<other>')
    .action(async (one: string, other: string, options: CommonOptions) => {
      const { runs } = clientOf(terminal, options);
      const [a, b] = await Promise.all([runs.get(one), runs.get(other)]);
      terminal.out(listed({ items: comparedSteps(a, b), columns: COLUMNS, name: ({ step }) => step }, options.output));
    });
}

interface Side {
  readonly status: string;
  readonly ms?: number;
  readonly output?: unknown;
}

interface ComparedStep {
  readonly step: string;
  readonly same: boolean;
  readonly a: Side | undefined;
  readonly b: Side | undefined;
}

const sideText = (side: Side | undefined): string =>
  side ? [side.status, side.ms !== undefined && millisOf(side.ms)].filter(Boolean).join(', ') : '';

const outputText = (side: Side | undefined): string =>
  side?.output === undefined ? '' : oneLine(JSON.stringify(side.output)).slice(0, 60);

const COLUMNS: readonly Column<ComparedStep>[] = [
  { title: 'STEP', of: ({ step }) => step },
  { title: 'SAME', of: ({ same }) => (same ? '=' : '≠') },
  { title: 'FIRST', of: ({ a }) => sideText(a) },
  { title: 'SECOND', of: ({ b }) => sideText(b) },
  { title: 'FIRST GAVE', of: ({ a, same }) => (same ? '' : outputText(a)) },
  { title: 'SECOND GAVE', of: ({ b, same }) => (same ? '' : outputText(b)) },
];

/** Returns the steps of both runs side by side, and the runs as a whole in the last row. */
function comparedSteps(a: RunView, b: RunView): readonly ComparedStep[] {
  const names = [...new Set([...a.steps, ...b.steps].map(({ name }) => name))];
  const stepIn = ({ steps }: RunView, name: string): Side | undefined => {
    const step = steps.find((one) => one.name === name);
    return step && sideOf(step);
  };
  const rows = names.map((step) => compared(step, stepIn(a, step), stepIn(b, step)));
  const whole = ({ status, acceptedAt, endedAt, output }: RunView) =>
    sideOf({ status, startedAt: acceptedAt, endedAt, output });
  return [...rows, compared('(run)', whole(a), whole(b))];
}

const compared = (step: string, a: Side | undefined, b: Side | undefined): ComparedStep => ({
  step,
  same: a?.status === b?.status && JSON.stringify(a?.output) === JSON.stringify(b?.output),
  a,
  b,
});

function sideOf(options: {
  status: string;
  startedAt?: string | undefined;
  endedAt?: string | undefined;
  output?: unknown;
}): Side {
  const { status, startedAt, endedAt, output } = options;
  const ms = startedAt !== undefined && endedAt !== undefined ? Date.parse(endedAt) - Date.parse(startedAt) : undefined;
  return { status, ...(ms !== undefined && { ms }), ...(output !== undefined && { output }) };
}

/** @throws {CliError} usage */
function valueOf(option: string, json: string): unknown {
  const { value, fault } = readJson(json);
  if (fault) throw new CliError(EXIT.usage, `${option} is not valid JSON (${fault.what}).`);
  return value;
}

function outputsOf(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1)
        throw new CliError(
          EXIT.usage,
          `--set is "${pair}": expected a step and its output, e.g. classify={"intent":"refund"}.`,
        );
      return [pair.slice(0, at), valueOf('--set', pair.slice(at + 1))];
    }),
  );
}
