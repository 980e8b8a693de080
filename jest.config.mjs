const base = {
  testEnvironment: 'node',
  // `graceMs`: how long what a test has closed may take to be gone.
  testEnvironmentOptions: { customExportConditions: ['millrace', 'node'], graceMs: 5_000 },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', '^fast-check$': '<rootDir>/tools/jest/seeded-fast-check.mjs' },
  globalSetup: '<rootDir>/tools/jest/setup.mjs',
  globalTeardown: '<rootDir>/tools/jest/teardown.mjs',
  modulePathIgnorePatterns: ['/dist/', '/dist-packages/', '/.millrace/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          target: 'es2023',
          keepClassNames: true,
        },
        module: { type: 'es6' },
      },
    ],
  },
};

/** `unit`: needs nothing but Node. `integration`: needs a Kafka and a PostgreSQL; see e2e/setup.mjs. */
export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['**/src/**/*.spec.ts'],
      testEnvironment: '<rootDir>/tools/jest/environment.mjs',
    },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['**/src/**/*.integration.ts'],
      globalSetup: './e2e/setup.mjs',
      globalTeardown: './e2e/teardown.mjs',
    },
    // Minutes of faults on servers of its own.
    { ...base, displayName: 'chaos', testMatch: ['**/src/**/*.chaos.ts'] },
    // In a real Chromium; without one the suites are skipped.
    { ...base, displayName: 'browser', testMatch: ['**/src/**/*.browser.ts'] },
    // Minutes of hostile records and requests.
    { ...base, displayName: 'fuzz', testMatch: ['**/src/**/*.fuzz.ts'] },
  ],
  // Patience, not a promise: a machine under load takes its time.
  testTimeout: 180_000,
  maxWorkers: '100%',
  // A worker with hundreds of modules in memory takes longer than the default 500 ms to end on a busy machine. What a test leaves
  // open is found by tools/jest/environment.mjs, file by file.
  workerGracefulExitTimeout: 10_000,
};
