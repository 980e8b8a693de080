// Says which project may import which, and names the one place for each library that is easily spread. The message is the remedy.

/** Any package of this workspace but these and what is in them, of which `*` stands for a part of the name. */
const butFor = (names) => `^@millrace/(?!(?:${names.map((name) => name.replaceAll('*', '[^/]+')).join('|')})(?:/|$))`;

/**
 * Inside a folder, `allowed` are the only packages of this workspace, each with what it exports below its name. The last that fits a file counts.
 * Tests of a folder may import more: `tests`.
 */
const LAYERS = [
  {
    folder: 'libs/contracts',
    allowed: [],
    why: 'contracts stand on nothing: move the code to the library that needs both',
  },
  {
    folder: 'libs/client',
    allowed: [],
    why: 'the client is for programs outside of Millrace and for browsers: what it needs of contracts is generated',
  },
  { folder: 'libs/pipeline', allowed: ['contracts'], why: 'pipeline is pure: it knows contracts alone' },
  {
    folder: 'libs/saga',
    allowed: ['contracts', 'pipeline'],
    why: 'saga is pure: do the I/O in services/coordinator',
  },
  { folder: 'libs/broker', allowed: ['contracts'], why: 'the port knows no adapter and no service' },
  { folder: 'libs/broker-kafka', allowed: ['broker', 'contracts'], why: 'an adapter knows its port alone' },
  { folder: 'libs/broker-embedded', allowed: ['broker', 'contracts'], why: 'an adapter knows its port alone' },
  {
    folder: 'libs/blobs',
    allowed: ['contracts'],
    tests: ['local'],
    why: 'blobs are bytes of runs: the library knows references, and no service',
  },
  { folder: 'libs/telemetry', allowed: ['contracts'], why: 'telemetry is used by the others and uses none of them' },
  { folder: 'libs/ai', allowed: ['contracts'], why: 'ai is models and text, and knows no run: pass in what it needs' },
  {
    folder: 'libs/store',
    allowed: ['contracts', 'pipeline', 'saga'],
    why: 'the store keeps facts and decides nothing',
  },
  {
    folder: 'libs/runtime',
    allowed: ['blobs', 'broker', 'broker-embedded', 'broker-kafka', 'contracts', 'pipeline', 'telemetry'],
    why: 'the runtime is what every service starts with, and knows none of them',
  },
  {
    folder: 'libs/stage',
    allowed: ['blobs', 'broker', 'contracts', 'pipeline', 'runtime', 'telemetry'],
    why: 'the stage runtime knows commands and answers, no run state and no stage',
  },
  {
    folder: 'libs/project',
    allowed: ['contracts', 'pipeline', 'runtime', 'stage'],
    why: 'a project is the pipelines and stages of a folder, and starts no service',
  },
  {
    folder: 'libs/testing',
    allowed: ['broker', 'contracts', 'pipeline', 'runtime', 'saga', 'stage'],
    why: 'the test engine needs neither a database nor a service: what it shares with the coordinator is in libs/saga',
  },
  {
    folder: 'services/coordinator',
    allowed: ['blobs', 'broker', 'contracts', 'pipeline', 'project', 'runtime', 'saga', 'store', 'telemetry'],
    why: 'no service imports a service, and the coordinator runs no stage: move what both need to a library',
  },
  {
    folder: 'services/gateway',
    allowed: ['blobs', 'broker', 'contracts', 'pipeline', 'runtime', 'saga', 'store', 'telemetry'],
    why: 'no service imports a service, and the gateway decides nothing: ask the coordinator by a record',
  },
  {
    folder: 'services/console',
    files: ['services/console/src/**/*.ts', 'services/console/src/**/*.tsx'],
    allowed: ['client'],
    why: 'the console is a web page like any other client: it asks the gateway, by @millrace/client',
  },
  {
    folder: 'services/cli',
    allowed: ['ai', 'broker', 'client', 'contracts', 'pipeline', 'project', 'runtime', 'stage', 'testing'],
    tests: ['broker-embedded'],
    why: 'the command line asks the gateway, by @millrace/client: it knows no database and no service',
  },
  {
    folder: 'services/bridge',
    allowed: ['project', 'runtime', 'stage'],
    why: 'the bridge is stages that are configured: the code is in libs/stage',
  },
  {
    folder: 'services/standalone',
    allowed: [
      ...['broker', 'broker-embedded', 'contracts', 'coordinator', 'gateway', 'project', 'runtime', 'stage', 'store'],
      'telemetry',
    ],
    why: 'standalone joins the services, and leaves their work to them',
  },
  {
    folder: 'services/millrace',
    allowed: ['cli', 'contracts', 'coordinator', 'gateway', 'project', 'stage', 'standalone'],
    why: 'the program starts what is asked for, and does nothing itself',
  },
  {
    folder: 'services/stages',
    allowed: ['ai', 'contracts', 'pipeline', 'runtime', 'stage'],
    why: 'a stage knows its work alone: no other stage, no run state, no broker; pass data through the pipeline',
  },
  {
    folder: 'pipelines',
    allowed: ['pipeline', 'stage-*/contract'],
    why: 'a pipeline imports contracts of stages, not the stages',
  },
  {
    folder: 'pipelines/*/src/stages',
    files: ['pipelines/*/src/stages/**', 'pipelines/*/src/main.ts'],
    allowed: ['ai', 'contracts', 'pipeline', 'runtime', 'stage'],
    why: 'a stage knows its work alone: no other stage, no run state, no broker; pass data through the pipeline',
  },
  {
    folder: 'pipelines/*/src/stages',
    files: ['pipelines/*/src/stages/index.ts'],
    allowed: ['ai', 'contracts', 'pipeline', 'runtime', 'stage', 'stage-*'],
    why: 'the list of a pipeline’s stages reads their settings and does nothing else',
  },
];

/** A library, and the folders that may import it. */
const HOMES = [
  {
    packages: ['kafkajs'],
    homes: ['libs/broker-kafka/**', 'bench/**', 'e2e/src/access/**'],
    why: 'use the port in libs/broker',
  },
  { packages: ['@aws-sdk/*'], homes: ['libs/blobs/**'], why: 'use libs/blobs' },
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

const TESTS = ['spec', 'integration', 'fixture'];

/** ESLint's setting for some files: the later of two settings of one rule wins, so each holds all that applies. */
const setting = ({ folder, files, allowed, why }) => {
  const foreign = HOMES.filter(({ homes }) => !homes.some((home) => `${folder}/`.startsWith(home.replace('**', ''))));
  return {
    files,
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
};

export const boundaries = LAYERS.flatMap(({ tests = [], ...layer }) => {
  const { folder, files = [`${folder}/**`], allowed } = layer;
  const sources = files.map((file) => (/\.\w+$/.test(file) ? file : `${file}/*.ts`));
  const own = setting({ ...layer, files: sources });
  if (tests.length === 0) return [own];
  const testFiles = TESTS.map((kind) => `${folder}/**/*.${kind}.ts`);
  return [own, setting({ ...layer, files: testFiles, allowed: [...allowed, ...tests] })];
});

// A pipeline's tests run its stages, and those of the importer what it makes of state machines.
boundaries.push({
  files: ['pipelines/**/*.spec.ts', 'pipelines/**/*.fixture.ts', 'services/cli/src/step-functions/*.fixture.ts'],
  rules: { 'no-restricted-imports': 'off' },
});
