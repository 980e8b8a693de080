import tseslint from 'typescript-eslint';
import { boundaries } from './tools/boundaries.js';
import { docstrings } from './tools/docstrings.js';
import { testLaws } from './tools/test-laws.js';
import { timers } from './tools/timers.js';

const NAMED = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name: a thing has one name everywhere.' },
  {
    selector: 'ExportAllDeclaration',
    message: 'Name what is exported: the public surface is a list one can read.',
  },
];

const TESTS = [
  ...['**/*.spec.ts', '**/*.integration.ts', '**/*.chaos.ts', '**/*.browser.ts', '**/*.fuzz.ts', '**/*.fixture.ts'],
  ...['**/*suite.ts', '**/conformance*.ts', '**/conformance/**'],
];

/** Loops over typed arrays, in which an index that is out of bounds cannot be: a check for every byte and weight is what they would spend their time on. */
const NUMERIC_KERNELS = [
  'libs/ai/src/local/softmax-regression.ts',
  'libs/broker/src/partition.ts',
  'libs/broker-embedded/src/log/chunk-index.ts',
  'libs/broker-kafka/src/wire/crc32c.ts',
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/.millrace/**',
      '.nx/**',
      '**/generated/**',
      'deploy/local/lib/**',
      'services/gateway/public/**',
      // What others get to begin with: plain code, checked by being compiled, tested and run.
      'services/create-millrace/template/**',
      'dist-packages/**',
      // The site is a package of its own; its examples are compiled by a spec.
      'docs/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': ['error', ...NAMED],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Tests are excepted as a whole: a value that is missing there fails the test, which is what a check would do, too.
    files: ['**/src/**/*.{ts,tsx}'],
    ignores: TESTS,
    rules: {
      'max-params': ['error', { max: 3 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
  {
    files: ['{libs,services,pipelines}/**/src/**/*.ts'],
    ignores: ['**/config.ts', ...TESTS],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Read settings in config.ts, where all problems are told at once.',
        },
      ],
    },
  },
  {
    files: TESTS,
    rules: { 'max-lines': 'off' },
  },
  {
    // NestJS hands over the parts of a request, and what a class needs, as parameters.
    files: ['services/*/src/**/*.controller.ts', 'libs/stage/src/nest/transport.ts'],
    rules: { 'max-params': 'off' },
  },
  {
    // The verbs of authors read as a sentence: a name, what it is about, and options.
    files: ['libs/pipeline/src/authoring/pipeline.ts', 'libs/pipeline/src/authoring/builder.ts'],
    rules: { 'max-params': 'off' },
  },
  {
    // Declarations, one after the other: a command line's commands, a pipeline's steps, the cases of a harness.
    files: [
      'services/cli/src/commands/*.ts',
      'pipelines/*/src/*.ts',
      '{bench,chaos,e2e,fuzz,simulation}/src/**/*.ts',
      'libs/contracts/src/asyncapi.ts',
    ],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // Catalogues.
    files: ['libs/contracts/src/http/http-problems.ts', 'libs/contracts/src/asyncapi.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: NUMERIC_KERNELS,
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    // A component that needs more does more than one thing.
    files: ['services/console/src/**/*.tsx'],
    rules: { 'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }] },
  },
  ...timers(NAMED),
  docstrings,
  testLaws,
  ...boundaries,
);
