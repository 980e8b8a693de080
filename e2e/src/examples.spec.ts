import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPipelines } from '@millrace/project';
import { ROOT } from './processes.js';

type Fields = Readonly<Record<string, unknown>>;

/** Finds each construct in the plans of the examples. What no plan says (versions, limits, what people do) is not asked of plans. */
const SAYS: Readonly<Record<string, (part: Fields) => unknown>> = {
  'map, with `concurrency`': ({ kind, concurrency }) => kind === 'map' && concurrency !== 1_000,
  'an item fails: `fail`, `skip`, `collect`, `tolerate`, `toleratePercent`': ({ kind, onItemFailure: policy }) =>
    kind === 'map' && policy !== 'park',
  loop: ({ kind }) => kind === 'loop',
  'sub-pipeline': ({ kind, input }) => kind === 'run' && input !== undefined,
  race: ({ kind }) => kind === 'race',
  'retries by the failure’s code: `never`, `cases`': ({ never, cases }) => never ?? cases,
  fallbacks: ({ kind, fallback }) => kind && fallback,
  'a default, or a value made of the failure': ({ kind, onFailure }) => kind && onFailure,
  'signal by the run’s id': ({ kind }) => kind === 'signal',
  'signal by the key of a topic’s record': ({ kind, from }) => kind === 'signal' && from,
  sleep: ({ kind }) => kind === 'sleep',
  'deadline of a step': ({ kind, deadlineMs }) => kind && deadlineMs,
  'deadline of a run': ({ pipeline, deadlineMs }) => pipeline && deadlineMs,
  'review with a form, for somebody': ({ kind, to }) => kind === 'review' && to,
  'escalation, default': ({ escalate }) => escalate,
  compensation: ({ compensate }) => compensate,
  'cron with time zone and catch-up': ({ cron }) => cron,
  'trigger on a topic: `when`, `input`': ({ triggers }) => triggers,
  batch: ({ by }) => by === 'batch',
  debounce: ({ by }) => by === 'debounce',
  'runs per key: `queue`': ({ whenFull }) => whenFull === 'queue',
  'runs per key: `drop`': ({ whenFull }) => whenFull === 'drop',
  'runs per key: `replace`': ({ whenFull }) => whenFull === 'replace',
  priority: ({ priority }) => priority,
  'weight of a tenant': ({ tenant }) => tenant,
};

function isSomewhere(says: (part: Fields) => unknown, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Boolean(says(value as Fields)) || Object.values(value).some((part) => isSomewhere(says, part));
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const names = globSync('pipelines/*/package.json', { cwd: ROOT }).map((file) => file.split('/')[1]!);
const rows = [...read('docs/reference/constructs.md').matchAll(/^\| (.+?) +\| (.+?) +\|/gm)].map(
  ([, construct, examples]) => ({
    construct: construct!,
    examples: [...examples!.matchAll(/\[([\w-]+)\]/g)].map(([, name]) => name!),
  }),
);

test('every example brings pipelines, and is in the README', async () => {
  for (const name of names) {
    expect(await loadPipelines([`@millrace/${name}`], { folder: ROOT, build: 'sources' })).not.toEqual([]);
    expect(read('README.md')).toContain(`pipelines/${name}/README.md`);
  }
});

test.each(Object.entries(SAYS))('docs/reference/constructs.md names the examples of “%s”', async (construct, says) => {
  const row = rows.find((one) => one.construct === construct);
  const plans = await Promise.all(
    names.map(async (name) => ({
      name,
      brought: await loadPipelines([`@millrace/${name}`], { folder: ROOT, build: 'sources' }),
    })),
  );
  const saying = plans.filter(({ brought }) => brought.some(({ loaded }) => isSomewhere(says, loaded.plan)));
  expect(row?.examples.sort()).toEqual(saying.map(({ name }) => name).sort());
});
