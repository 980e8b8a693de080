import { flag, readOptions, wholeNumber } from '@millrace/runtime';
import { z } from 'zod';
import { SYSTEMS } from './systems/all.js';
import { DEFAULT_RUNS, VARIABLES, WORK_NAMES } from './works.js';

export const HELP = `npm run bench                   all systems at all works, side by side
  --systems a,b           only these: ${SYSTEMS.map(({ name }) => name).join(', ')}
                          (without it all but millrace-traced)
  --works a,b             only these: ${WORK_NAMES.join(', ')}
  --rounds N              how often each is measured, in turns (5)
  --runs N                runs of seven-steps at saturation (${DEFAULT_RUNS})
  --vary NAME=A,B         each work once for each value: partitions, payload (bytes), processes (of each service), or
                          history (runs that ended before); e.g. --vary payload=400,10000,200000
  --json FILE             write the outcomes as JSON
  --markdown FILE         write the report (it is printed too)
  --page FILE             write docs/explanation/benchmarks.md, or another such page, and its charts into images/ beside it
  --history FILE          add the outcomes and the commit to FILE as a line of JSON; with --page, draw the lines of FILE
  --from FILE             take outcomes that --json wrote, and measure nothing
  --cpu-profiles DIR      client and systems leave CPU profiles there, one for each process

KAFKA_BROKERS, DATABASE_URL, REDIS_URL, TEMPORAL_ADDRESS: servers to use; without them some are started, with nothing
in them, and ended. Packages of systems other than Millrace are installed when they are first measured.`;

const some = <const Name extends string>(names: readonly [Name, ...Name[]], byDefault: readonly Name[] = names) =>
  z
    .string()
    .default(byDefault.join(','))
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(names)));

const names = SYSTEMS.map(({ name }) => name) as [string, ...string[]];

const usual = SYSTEMS.filter(({ byNameOnly }) => !byNameOnly).map(({ name }) => name);

const Vary = z
  .string()
  .regex(/^[a-z]+=\d+(,\d+)*$/, 'expected a name and whole numbers, e.g. partitions=1,4,16')
  .transform((text) => {
    const [variable, values = ''] = text.split('=');
    return { variable, values: values.split(',').map(Number) };
  })
  .pipe(z.object({ variable: z.enum(VARIABLES), values: z.array(z.number().positive()) }));

const Options = z.object({
  systems: some(names, usual).transform((chosen) => SYSTEMS.filter(({ name }) => chosen.includes(name))),
  works: some(WORK_NAMES),
  rounds: wholeNumber(5),
  runs: wholeNumber(DEFAULT_RUNS),
  vary: Vary.optional(),
  json: z.string().optional(),
  markdown: z.string().optional(),
  page: z.string().optional(),
  history: z.string().optional(),
  from: z.string().optional(),
  'cpu-profiles': z.string().optional(),
  help: flag(),
});
export type Options = z.output<typeof Options>;

/** @throws {UsageError} with all problems at once */
export const optionsOf = (args: readonly string[]): Options => readOptions(Options, args);
