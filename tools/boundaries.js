// Which project may import which, and the one place for each library that is easily spread. The message is the remedy.

/** Any package of this workspace but these and what is in them, of which `*` stands for a part of the name. */
const butFor = (names) => `^@millrace/(?!(?:${names.map((name) => name.replaceAll('*', '[^/]+')).join('|')})(?:/|$))`;

/** Inside a folder, `allowed` are the only packages of this workspace; each line is a sentence of ARCHITECTURE.md. The last that fits a file counts. */
const LAYERS = [
  {
    files: ['libs/contracts/**'],
    allowed: [],
    why: 'contracts stand on nothing: move the code to the library that needs both',
  },
  {
    files: ['libs/client/**'],
    allowed: [],
    why: 'the client is for programs outside of Millrace and for browsers: what it needs of contracts is generated',
  },
  { files: ['libs/pipeline/**'], allowed: ['contracts'], why: 'pipeline is pure: it knows contracts alone' },
  {
    files: ['libs/saga/**'],
    allowed: ['contracts', 'pipeline', 'pipeline/engine'],
    why: 'saga is pure: do the I/O in services/coordinator',
  },
  { files: ['libs/broker/**'], allowed: ['contracts'], why: 'the port knows no adapter and no service' },
  ...['libs/broker-kafka/**', 'libs/broker-embedded/**'].map((folder) => ({
    files: [folder],
    allowed: ['broker', 'broker/*', 'contracts'],
    why: 'an adapter knows its port alone',
  })),
  {
    files: ['libs/telemetry/**'],
    allowed: ['contracts'],
    why: 'telemetry is used by the others and uses none of them',
  },
  {
    files: ['libs/ai/**'],
    allowed: ['contracts', 'contracts/timers'],
    why: 'ai is models and text, and knows no run: pass in what it needs',
  },
  {
    files: ['libs/store/**'],
    allowed: ['contracts', 'pipeline', 'pipeline/engine', 'saga'],
    why: 'the store keeps facts and decides nothing',
  },
  {
    files: ['services/stages/**'],
    allowed: ['contracts', 'pipeline', 'pipeline/engine', 'stage', 'runtime', 'ai'],
    why: 'a stage knows its work alone: no other stage, no run state, no broker; pass data through the pipeline',
  },
  {
    files: ['pipelines/**'],
    allowed: ['pipeline', 'pipeline/engine', 'stage-*/contract'],
    why: 'a pipeline imports contracts of stages, not the stages',
  },
  {
    files: ['pipelines/*/src/stages/**', 'pipelines/*/src/main.ts'],
    allowed: ['contracts', 'pipeline', 'pipeline/engine', 'stage', 'runtime', 'ai'],
    why: 'a stage knows its work alone: no other stage, no run state, no broker; pass data through the pipeline',
  },
  {
    files: ['pipelines/*/src/stages/index.ts'],
    allowed: ['contracts', 'pipeline', 'pipeline/engine', 'stage', 'stage-*', 'runtime', 'ai'],
    why: 'the list of a pipeline’s stages reads their settings and does nothing else',
  },
  ...[
    ['services/coordinator/**', 'services/gateway/**', 'services/cli/**'],
    ['libs/runtime/**', 'libs/testing/**'],
    ['libs/stage/**'],
    ['libs/project/**'],
  ].map((files) => ({
    files,
    allowed: [
      ...[
        'client',
        'contracts',
        'contracts/*',
        'pipeline',
        'pipeline/engine',
        'saga',
        'store',
        'store/*',
        'broker',
        'broker/*',
        'broker-kafka',
        'broker-embedded',
      ],
      ...['telemetry', 'runtime', 'stage', 'project', 'project/*', 'ai'],
    ],
    why: 'no service imports a service: move what both need to a library; only services/standalone joins them',
  })),
];

/** A library, and the folders that may import it. */
const HOMES = [
  {
    packages: ['kafkajs'],
    homes: ['libs/broker-kafka/**', 'bench/**', 'e2e/src/access/**'],
    why: 'use the port in libs/broker',
  },
  { packages: ['@opentelemetry/*'], homes: ['libs/telemetry/**'], why: 'use libs/telemetry' },
  {
    packages: ['pg', 'kysely', 'kysely/*', 'node:sqlite'],
    homes: ['libs/store/**', 'bench/**'],
    why: 'use libs/store',
  },
  {
    packages: ['@nestjs/*'],
    homes: ['services/**', 'libs/stage/**'],
    why: 'keep NestJS in services and the stage runtime',
  },
];

const inside = (files, pattern) => files.every((file) => file.startsWith(pattern.replace('**', '')));

/** ESLint's settings, one for each layer: the later of two settings of one rule wins, so each holds all that applies. */
export const boundaries = LAYERS.map(({ files, allowed, why }) => {
  const foreign = HOMES.filter(({ homes }) => !homes.some((home) => inside(files, home)));
  return {
    files: files.map((file) => (file.endsWith('.ts') ? file : `${file}/*.ts`)),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: butFor(allowed), message: `${why}.` },
            ...foreign.map((home) => ({ group: home.packages, message: `${home.why}: this library has one home.` })),
            { group: ['**/dist/**', '@millrace/*/src/**'], message: 'import the package by its name.' },
          ],
        },
      ],
    },
  };
});

// A pipeline's tests run its stages, and those of the importer what it makes of state machines.
boundaries.push({
  files: ['pipelines/**/*.spec.ts', 'pipelines/**/*.fixture.ts', 'services/cli/src/step-functions/*.fixture.ts'],
  rules: { 'no-restricted-imports': 'off' },
});
