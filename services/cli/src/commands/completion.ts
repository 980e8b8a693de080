import { timeoutSignal } from '@millrace/contracts/timers';
import { Argument, type Command } from 'commander';
import { candidates, valuesFrom } from '../completion/candidates.js';
import { SCRIPTS, type Shell, SHELLS } from '../completion/scripts.js';
import { clientOf, type CliContext } from '../context.js';
import { oneLine } from '../output/terminal.js';

/** A person who has pressed the key waits no longer. */
const LONGEST_MS = 2_000;

const HELP = `
The command has to be on the PATH as millrace (npm install --global millrace). Put one of these into the file that your shell reads at its start:

  bash  source <(millrace completion bash)
  zsh   source <(millrace completion zsh)
  fish  millrace completion fish | source

Ids and names come from the gateway, as far as it answers within two seconds.`;

/** Adds `completion`, which prints what a shell needs, and `complete`, which the shell then asks. */
export function completionCommands(program: Command, { terminal }: CliContext): void {
  program
    .command('completion')
    .description('print the script that completes commands, options, ids and names in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', HELP)
    .action((shell: Shell) => terminal.out(SCRIPTS[shell]));

  program
    .command('complete', { hidden: true })
    .argument('[word...]')
    .action(async (words: string[]) => {
      const signal = AbortSignal.any([terminal.signal, timeoutSignal(LONGEST_MS)]);
      const values = valuesFrom(clientOf({ ...terminal, signal }, {}));
      // Nobody wants to read an error where they have asked for a completion.
      const found = await candidates(program, words, (name) => values(name).catch(() => []));
      terminal.out(
        found.map(({ word, about }) => (about ? `${word}\t${oneLine(about).slice(0, 80)}\n` : `${word}\n`)).join(''),
      );
    });
}
