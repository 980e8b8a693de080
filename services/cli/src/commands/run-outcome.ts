import type { Command } from 'commander';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { shown } from '../output/output.js';

interface OutcomeOptions extends CommonOptions {
  readonly comment?: string;
  readonly by?: string;
  readonly id?: string;
}

/** The name of an outcome, and its value. */
type Said = [name: string, value: string];

/** Adds `run outcome`. */
export function outcomeCommand(run: Command, { terminal }: CliContext): void {
  talking(run.command('outcome'))
    .description('say what became of a run later, e.g. rating 4, refunded true, correction "wrong address"')
    .argument('<run>')
    .argument('<outcome...>', 'its name and its value: a number, true, false or a text')
    .option('--comment <text>', 'what there is to say about it')
    .option('--by <name>', 'name of the person who says it')
    .option('--id <id>', 'id of the outcome: a second one with the same id is ignored')
    .action(async (id: string, said: string[], options: OutcomeOptions) => {
      const [name, value] = saidOf(said);
      const { comment, by, id: own } = options;
      const more = {
        ...(comment !== undefined && { comment }),
        ...(by !== undefined && { by }),
        ...(own !== undefined && { id: own }),
      };
      const body = { name, value: valueOf(value), ...more };
      const accepted = await clientOf(terminal, options).runs.reportOutcome(id, body);
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
    });
}

/** @throws {CliError} usage */
function saidOf([name, value, more]: readonly string[]): Said {
  if (name !== undefined && value !== undefined && more === undefined) return [name, value];
  throw new CliError(
    EXIT.usage,
    'Say the name of the outcome and its value, e.g. rating 4; quote a value of several words.',
  );
}

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
