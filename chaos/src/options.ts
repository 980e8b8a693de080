import { flag, readOptions, wholeNumber } from '@millrace/runtime';
import { z } from 'zod';

const MUTANTS = ['no-fencing', 'offsets-outside', 'no-hand-over'] as const;
export type MutantName = (typeof MUTANTS)[number];

export const HELP = `npm run chaos               breaks everything around running services, and looks at what became of every run
  --seed N or N..M        which schedule of faults, or several in turn (1)
  --runs N                runs that are published, at a steady rate (3000)
  --minutes N             how long publishing them takes (1.5)
  --faults N              how many faults meanwhile (16)
  --layout apart|together each stage in processes of its own, or some share one (apart)
  --mutant NAME           ${MUTANTS.join(', ')}: with this protection taken away, violations have to be found
  --keep                  leave data and logs in .millrace/chaos

Ends with 0 when nothing was violated, with 1 when something was.`;

const Options = z.object({
  seed: z
    .string()
    .regex(/^\d{1,9}(\.\.\d{1,9})?$/, 'expected a whole number, or a range, e.g. 1..20')
    .default('1')
    .transform((text) => {
      const [first, last = first] = text.split('..').map(Number) as [number, number?];
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    })
    .refine((seeds) => seeds.length > 0, 'expected the smaller number first'),
  runs: wholeNumber(3_000),
  minutes: z
    .string()
    .regex(/^\d{1,3}(\.\d+)?$/, 'expected a number of minutes')
    .default('1.5')
    .transform(Number)
    .refine((minutes) => minutes > 0, 'expected more than 0'),
  faults: wholeNumber(16),
  layout: z.enum(['apart', 'together']).default('apart'),
  mutant: z.enum(MUTANTS).optional(),
  keep: flag(),
  help: flag(),
});
export type Options = z.output<typeof Options>;

/** @throws {UsageError} with all problems at once */
export const optionsOf = (args: readonly string[]): Options => readOptions(Options, args);
