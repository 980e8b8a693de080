import type { Command, Option } from 'commander';
import type { MillraceClient } from '@millrace/client';

/** Something that may be typed next, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly about?: string | undefined;
}

/** Asks the gateway for the values of an argument or an option, by its name. */
export type Values = (name: string) => Promise<readonly Candidate[]>;

/** Returns what may be typed as the last of `words`: commands, options, choices, and ids and names from the gateway. */
export async function candidates(
  program: Command,
  words: readonly string[],
  values: Values,
): Promise<readonly Candidate[]> {
  const word = words.at(-1) ?? '';
  const { command, given } = commandOf(program, words.slice(0, -1));
  const before = optionOf(command, words.at(-2));
  const all = before?.required
    ? await valuesOf(before, values)
    : await next(command, { word, given: given.length }, values);
  return all.filter((one) => one.word.startsWith(word));
}

/** Returns the command that the words lead to, and its arguments so far. */
function commandOf(program: Command, words: readonly string[]): { command: Command; given: readonly string[] } {
  let command = program;
  const given: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word.startsWith('-')) {
      if (optionOf(command, word)?.required) at++;
      continue;
    }
    const inner: Command | undefined = command.commands.find(
      (one) => one.name() === word || one.aliases().includes(word),
    );
    if (inner && given.length === 0) command = inner;
    else given.push(word);
  }
  return { command, given };
}

const optionOf = (command: Command, word: string | undefined): Option | undefined =>
  word?.startsWith('-') ? command.options.find(({ long, short }) => long === word || short === word) : undefined;

async function next(
  command: Command,
  { word, given }: { readonly word: string; readonly given: number },
  values: Values,
): Promise<readonly Candidate[]> {
  if (word.startsWith('-'))
    return command.options.flatMap(({ long, description, hidden }) =>
      long == null || hidden ? [] : [{ word: long, about: description }],
    );
  if (command.commands.length > 0)
    return command.commands.flatMap((one) => (isHidden(one) ? [] : [{ word: one.name(), about: one.description() }]));
  const args = command.registeredArguments;
  const argument = args[given] ?? (args.at(-1)?.variadic ? args.at(-1) : undefined);
  if (!argument) return [];
  // An argument that is called `<redrive|resolve>` is one of these.
  const choices = argument.argChoices ?? (argument.name().includes('|') ? argument.name().split('|') : undefined);
  return choices ? choices.map((choice) => ({ word: choice })) : values(argument.name());
}

const isHidden = (command: Command): boolean => (command as unknown as { _hidden?: boolean })._hidden === true;

const valuesOf = async (option: Option, values: Values): Promise<readonly Candidate[]> =>
  option.argChoices ? option.argChoices.map((word) => ({ word })) : values(option.attributeName());

const MOST = 50;

/** Asks the gateway for the newest ids, or for all names. */
export function valuesFrom(client: MillraceClient): Values {
  const runs = async (query: Parameters<MillraceClient['runs']['list']>[0] = {}) =>
    (await client.runs.list({ ...query, limit: MOST }).page()).items.map(({ id, status, title, pipeline }) => ({
      word: id,
      about: [status, title ?? pipeline].join(' '),
    }));
  const asked: Readonly<Record<string, () => Promise<readonly Candidate[]>>> = {
    run: () => runs(),
    other: () => runs(),
    parent: () => runs(),
    'dead-letter': async () =>
      (await client.deadLetters.list({ status: 'open', limit: MOST }).page()).items.map(({ id, failure }) => ({
        word: id,
        about: failure.code,
      })),
    fingerprint: async () =>
      (await client.deadLetters.groups({ status: 'open', limit: MOST }).page()).items.map((group) => ({
        word: group.fingerprint,
        about: group.message,
      })),
    job: async () =>
      (await client.jobs.list({ limit: MOST }).page()).items.map(({ id, kind, status }) => ({
        word: id,
        about: `${kind} ${status}`,
      })),
    review: async () =>
      (await client.reviews.list({ limit: MOST }).page()).items.map(({ id, pipeline, step }) => ({
        word: id,
        about: `${pipeline} ${step}`,
      })),
    pipeline: async () => (await client.pipelines.list().all()).map(({ name }) => ({ word: name })),
    topic: async () => (await client.topics.list()).items.map(({ name }) => ({ word: name })),
    stage: async () => (await client.stages.list().all()).map(({ name }) => ({ word: name })),
  };
  return async (name) => (await asked[name]?.()) ?? [];
}
