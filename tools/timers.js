// Timers of Node.js fire at once beyond 2^31 ms, so what runs uses those of one module. The message is the remedy.

const message =
  'Fires at once beyond 24.8 days: use startTimer, startInterval, sleep or timeoutSignal of @millrace/contracts/timers.';
const NAMES = ['setTimeout', 'setInterval'];
/** `setImmediate` waits for nothing. */
const MODULES = 'ImportDeclaration[source.value=/^(node:)?timers(\\u002fpromises)?$/]';
const SYNTAX = [
  "MemberExpression[object.name='AbortSignal'][property.name='timeout']",
  `MemberExpression[object.name=/^(globalThis|global|window)$/][property.name=/^(${NAMES.join('|')})$/]`,
  `${MODULES} > ImportSpecifier[imported.name!='setImmediate']`,
  `${MODULES} > ImportNamespaceSpecifier`,
  `${MODULES} > ImportDefaultSpecifier`,
].map((selector) => ({ selector, message }));

/** ESLint's settings for what runs, which keep what else is restricted there; tests and their scenes wait as they like, and the HTTP client and the console run in browsers. */
export const timers = (restricted = []) => [
  {
    files: ['{libs,services,pipelines}/**/src/**/*.ts'],
    ignores: [
      ...['**/*.spec.ts', '**/*.integration.ts', '**/*.chaos.ts', '**/*.fixture.ts'],
      ...[
        '**/testing/**',
        '**/conformance/**',
        'libs/contracts/src/timers.ts',
        'libs/client/src/**',
        'services/console/src/**',
      ],
    ],
    rules: {
      'no-restricted-globals': ['error', ...NAMES.map((name) => ({ name, message }))],
      'no-restricted-syntax': ['error', ...restricted, ...SYNTAX],
    },
  },
];
