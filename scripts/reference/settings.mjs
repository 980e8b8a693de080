// Writes the page of settings from the zod schemas that every config.ts exports.
import { HEAP_MB } from '../../services/millrace/bin/heap.mjs';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The headline of each folder's settings, in the order of the page; a folder that is not listed comes last, under its own name. */
const SECTIONS = [
  ['Every service', /^libs\/(broker-kafka|service|runtime)\//],
  ['Coordinator', /^services\/coordinator\//],
  ['Gateway', /^services\/gateway\//],
  ['Stages', /^libs\/stage\/dist\/config/],
  ['HTTP stages', /^libs\/stage\/.*http-stage|^services\/bridge\//],
  ['Models of classify, extract, draft and comply', /^libs\/ai\//],
];

/** Read by no config.ts: by the command line, and by what starts it. */
const COMMAND_LINE = [
  {
    name: 'MILLRACE_URL',
    description:
      'The address of the gateway. Without it the command line asks the gateway that was started in this folder, else `http://127.0.0.1:8080`.',
  },
  {
    name: 'MILLRACE_PROFILE',
    description:
      'The profile whose gateway the command line asks, before `MILLRACE_URL`; `millrace profile set` adds one.',
  },
  {
    name: 'MILLRACE_NODE',
    description:
      '`pinned`: use the Node.js that a checkout fetches where the machine’s own is too old, whatever the machine has.',
  },
];

const titleOf = (file) =>
  SECTIONS.find(([, folder]) => folder.test(file))?.[0] ?? `The service ${file.split('/dist/')[0].split('/').at(-1)}`;

/** Returns the first schema of this kind that a schema is made of: what is optional, or has a default, holds another one. */
function partOf(schema, type) {
  for (let it = schema; it !== undefined; it = it.def.innerType ?? it.def.in) if (it.def.type === type) return it.def;
  return undefined;
}

async function settingsOf(file) {
  const exported = Object.values(await import(new URL(file, `file://${root}/`).href));
  return exported
    .filter((it) => it?.def?.type === 'object')
    .flatMap(({ shape }) =>
      Object.entries(shape).map(([name, schema]) => ({
        name,
        description: schema.description,
        values: Object.values(partOf(schema, 'enum')?.entries ?? {}),
        standard: (partOf(schema, 'default') ?? partOf(schema, 'prefault'))?.defaultValue,
      })),
    );
}

const cell = (text) => String(text).replaceAll('\n', '\\n').replaceAll('|', '\\|');

function row({ name, description, standard, values = [] }) {
  if (!description) throw new Error(`${name} has no description: add .describe('…') to its schema in config.ts.`);
  const choices = values.filter((value) => value !== '').map((value) => `\`${value}\``);
  const what = choices.length > 0 ? `${description} One of ${choices.join(', ')}.` : description;
  const shown = standard === undefined || standard === '' || standard.length === 0 ? '' : `\`${cell(standard)}\``;
  return `| \`${name}\` | ${shown} | ${cell(what)} |`;
}

const HEAP = [
  '',
  '## Heap of a process',
  '',
  `\`millrace start\` and \`npm run services\` limit V8’s heap of each process to ${HEAP_MB.service} MB, \`millrace dev\` and \`npm start\` to ${HEAP_MB.all} MB. V8 alone would take up`,
  'to 4 GB. Below 2 GB it also collects garbage sooner. A process whose live data need more than the limit ends, and is started again by whoever runs it.',
  '',
  '- A limit that you set wins: `NODE_OPTIONS=--max-old-space-size=2048` (MB).',
  '- In a container with a memory limit, V8 takes at most half of that limit. If that is less than the limit above, it stays. Give a container of a service 768 MB or more.',
  '- A service that is started by its `main.js`, as in the images of `deploy/Dockerfile`, has V8’s own limit: set a memory limit for the container, or `NODE_OPTIONS`.',
  '- On Windows `millrace start` leaves V8’s own limit.',
  '',
  'At saturation, with 10,000 runs of seven steps in flight on Kafka, a coordinator had 453–476 MB of resident memory and a process with all stages 461–487 MB (`npm run bench -- --systems millrace-kafka --works seven-steps`).',
];

export async function settingsPage() {
  const files = globSync('{libs,services,services/stages}/*/dist/**/config.js', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.includes('/testing/'));
  const order = (file) => SECTIONS.findIndex(([, folder]) => folder.test(file)) >>> 0;
  const sections = new Map();
  const seen = new Set();
  for (const file of files.sort((a, b) => order(a) - order(b) || a.localeCompare(b))) {
    const rows = (await settingsOf(file)).filter(({ name }) => !seen.has(name));
    rows.forEach(({ name }) => seen.add(name));
    if (rows.length > 0) sections.set(titleOf(file), [...(sections.get(titleOf(file)) ?? []), ...rows]);
  }
  sections.set('Command line', COMMAND_LINE);
  return [
    '# Settings',
    '',
    '<!-- Written by npm run generate from the schemas in config.ts. -->',
    '',
    'All settings are environment variables. A service that cannot use a setting does not start, and lists all problems at once. A variable that looks like a',
    'misspelt setting is ignored, and a warning names the setting that was probably meant.',
    ...[...sections].flatMap(([title, settings]) => [
      '',
      `## ${title}`,
      '',
      '| variable | default | meaning |',
      '| --- | --- | --- |',
      ...settings.map(row),
    ]),
    ...HEAP,
    '',
  ].join('\n');
}
