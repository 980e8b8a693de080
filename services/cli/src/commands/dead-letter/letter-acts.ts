import type { Command } from 'commander';
import type { Accepted, DeadLetterView, MillraceClient } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, talking } from '../../context.js';
import { shown } from '../../output/output.js';
import { several } from '../../input/values.js';
import { acting, actOf, type ActOptions } from '../acting.js';
import type { Terminal } from '../../output/terminal.js';
import { letterText } from './letter-text.js';

type Options = CommonOptions & ActOptions;
type Letters = MillraceClient['deadLetters'];

/** Adds the commands by which people keep track of a dead letter. */
export function letterActCommands(deadLetter: Command, { terminal }: CliContext): void {
  const print = printer(terminal);

  const onEach = (
    verb: string,
    description: string,
    act: (letters: Letters, id: string, options: Options) => ReturnType<Letters['resolve']>,
  ) =>
    acting(talking(deadLetter.command(verb)))
      .description(description)
      .argument('<dead-letter...>')
      .action(async (ids: string[], options: Options) => {
        const { deadLetters } = clientOf(terminal, options);
        for (const id of ids) print(await act(deadLetters, id, options), options);
      });

  onEach(
    'resolve',
    'close dead letters that were dealt with otherwise, without redriving them',
    (letters, id, options) => letters.resolve(id, actOf(options)),
  );
  onEach('reopen', 'open dead letters again that were resolved', (letters, id, options) =>
    letters.reopen(id, actOf(options)),
  );

  acting(talking(deadLetter.command('assign')))
    .description('assign a dead letter to a person; without a name to nobody')
    .argument('<dead-letter>')
    .argument('[person]')
    .action(async (id: string, to: string | undefined, options: Options) => {
      const body = { ...actOf(options), ...(to !== undefined && { to }) };
      print(await clientOf(terminal, options).deadLetters.assign(id, body), options);
    });

  noteCommands(deadLetter, terminal);
}

/** Prints a letter as an act has left it. */
const printer =
  (terminal: Terminal) =>
  (letter: DeadLetterView | Accepted, { output }: CommonOptions): void =>
    terminal.out(
      shown(letter, output, {
        name: letter.id,
        text: () => ('failure' in letter ? letterText(letter, terminal) : letter.id),
      }),
    );

function noteCommands(deadLetter: Command, terminal: Terminal): void {
  const print = printer(terminal);

  acting(talking(deadLetter.command('note')))
    .description('add a note to a dead letter')
    .argument('<dead-letter>')
    .argument('<text>')
    .action(async (id: string, text: string, options: Options) => {
      print(await clientOf(terminal, options).deadLetters.note(id, { text, ...actOf(options) }), options);
    });

  acting(talking(deadLetter.command('tag')))
    .description('add tags to a dead letter, or remove them')
    .argument('<dead-letter>')
    .argument('[tag...]')
    .option('--remove <tag>', 'a tag to remove; can be repeated', several)
    .action(async (id: string, add: string[], options: Options & { remove?: string[] }) => {
      const { remove } = options;
      const body = { ...(add.length > 0 && { add }), ...(remove && { remove }), ...actOf(options) };
      print(await clientOf(terminal, options).deadLetters.tag(id, body), options);
    });

  acting(talking(deadLetter.command('link')))
    .description('link a ticket to a dead letter')
    .argument('<dead-letter>')
    .argument('<url>')
    .action(async (id: string, url: string, options: Options) => {
      // `--url` is the gateway's address here, as everywhere.
      print(await clientOf(terminal, options).deadLetters.link(id, { url, ...actOf(options) }), options);
    });
}
