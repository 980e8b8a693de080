import type { Command } from 'commander';
import type { QueryOf } from '@millrace/client';
import { timeBack } from '../../output/times.js';

/** The options that choose dead letters. */
export type FilterOptions = Pick<
  QueryOf<'listDeadLetters'>,
  'pipeline' | 'stage' | 'code' | 'fingerprint' | 'text' | 'since' | 'until' | 'where'
>;

/** Adds the options that choose dead letters. */
export const filtering = (command: Command): Command =>
  command
    .option(
      '--where <filter>',
      'only those for which this holds, in CEL over the letter and its input, e.g. \'input.customer.id == "x" && attempts > 2\'',
    )
    .option('--pipeline <name>', 'only those of this pipeline')
    .option('--stage <name>', 'only those of this stage')
    .option('--code <code>', 'only those with this code of failure')
    .option('--fingerprint <group>', 'only those of this group, as `dead-letter groups` lists it')
    .option('--text <text>', 'only those with this text in the message, the input or the headers')
    .option('--since <time>', 'only those parked since then: a time, or how long ago, e.g. 24h')
    .option('--until <time>', 'only those parked before then: a time, or how long ago, e.g. 1h');

/** Returns the filter that the options say, with times as RFC 3339. */
export async function filterOf({
  since,
  until,
  pipeline,
  stage,
  code,
  fingerprint,
  text,
  where,
}: FilterOptions): Promise<FilterOptions> {
  const now = Date.now();
  const filter = {
    ...{ pipeline, stage, code, fingerprint, text, where },
    since: await timeBack('--since', since, now),
    until: await timeBack('--until', until, now),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
