import { readJson } from '@millrace/contracts';
import type { Command } from 'commander';
import { clientOf, type CommonOptions, type CliContext, talking } from '../../context.js';
import { CliError, EXIT } from '../../exit.js';
import { shown } from '../../output/output.js';
import { commandOf } from '../../output/terminal.js';
import { wholeNumber } from '../../input/values.js';
import { acting, actOf, type ActOptions } from '../acting.js';

interface RedriveOptions extends CommonOptions, ActOptions {
  readonly maxRedrives?: number;
  readonly dryRun?: true;
  readonly json?: string;
  readonly to?: string;
}

/** Adds the command that redrives the dead letters that are named. Many at once are a job: `job start redrive`. */
export function redriveCommand(deadLetter: Command, { terminal }: CliContext): void {
  acting(talking(deadLetter.command('redrive')))
    .description('redrive dead letters: retry each from where it failed; for many at once see `job start`')
    .argument('<dead-letter...>')
    .option(
      '--max-redrives <n>',
      'refuse letters that were redriven this often before (default: 10)',
      wholeNumber('--max-redrives'),
    )
    .option(
      '--json <json>',
      'the input that the stage of the step gets instead, as JSON; the original stays with the letter',
    )
    .option('--to <version>', 'go on with another version of the pipeline from the step: its number, or a plan')
    .option('--dry-run', 'only say whether they would be refused')
    .action(async (ids: string[], options: RedriveOptions) => {
      if (ids.length > 100)
        throw new CliError(EXIT.usage, 'Redrive more than 100 dead letters as a job: `job start redrive`.');
      const input = jsonOf(options.json, ids);
      const client = clientOf(terminal, options);
      const { maxRedrives, dryRun } = options;
      const to = options.to !== undefined && /^\d+$/.test(options.to) ? Number(options.to) : options.to;
      const body = {
        ...actOf(options),
        ...(maxRedrives !== undefined && { maxRedrives }),
        ...(to !== undefined && { to }),
        ...(dryRun && { dryRun }),
        ...input,
      };
      for (const id of ids) {
        const accepted = await client.deadLetters.redrive(id, body);
        terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
        if (dryRun) terminal.say(`${id} would be redriven.\n`);
        else if (accepted.id.startsWith('run_'))
          terminal.say(`Redriven. Follow it with: ${commandOf(terminal, `run watch ${accepted.id}`)}\n`);
      }
    });
}

/** @throws {CliError} usage, for what is no JSON, and for one input for several letters */
function jsonOf(json: string | undefined, ids: readonly string[]): { readonly input?: unknown } {
  if (json === undefined) return {};
  if (ids.length > 1) throw new CliError(EXIT.usage, 'Give --json with one dead letter only.');
  const { value, fault } = readJson(json);
  if (fault) throw new CliError(EXIT.usage, `--json is not valid JSON (${fault.what}).`);
  return { input: value };
}
