// What makes a test pass by chance, and what to do instead.

const HOOKS = new Set(['test', 'it', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach']);
const SLEEPS = new Set(['sleep', 'delay', 'setTimeout']);
const LOOPS = new Set(['WhileStatement', 'DoWhileStatement', 'ForStatement', 'ForOfStatement', 'ForInStatement']);

/** `test`, of `test(…)`, `test.each(…)(…)` and `test.only(…)`. */
function nameOf(callee) {
  if (callee.type === 'MemberExpression') return nameOf(callee.object);
  if (callee.type === 'CallExpression' || callee.type === 'TaggedTemplateExpression')
    return nameOf(callee.callee ?? callee.tag);
  return callee.type === 'Identifier' ? callee.name : undefined;
}

/** A pause in the steps of a test itself: not between two looks at a condition, and not in what a test puts in its way. */
function isStepOfATest(node) {
  if (node.parent.type !== 'AwaitExpression' && node.parent.type !== 'ArrowFunctionExpression') return false;
  for (let at = node; at.parent; at = at.parent) {
    if (LOOPS.has(at.type)) return false;
    if (!/Function/.test(at.type) || at.parent.type === 'NewExpression') continue;
    return at.parent.type === 'CallExpression' && HOOKS.has(nameOf(at.parent.callee));
  }
  return false;
}

const laws = {
  rules: {
    'no-fixed-sleep': {
      meta: {
        type: 'problem',
        schema: [],
        messages: {
          sleep: 'Wait for the condition, as `until` does: a machine under load needs longer than any fixed time.',
        },
      },
      create: (context) => ({
        CallExpression(node) {
          if (SLEEPS.has(nameOf(node.callee)) && isStepOfATest(node)) context.report({ node, messageId: 'sleep' });
        },
      }),
    },
    'no-chance': {
      meta: {
        type: 'problem',
        schema: [],
        messages: {
          chance:
            'Draw random cases with fast-check, whose seed is fixed for all tests, or count. For a name of its own use randomUUID().',
          seed: 'Leave the seed out, or write a number: a test must give the same verdict each time. `npm run test:explore` tries others.',
        },
      },
      create: (context) => ({
        'MemberExpression[object.name="Math"][property.name="random"]': (node) =>
          context.report({ node, messageId: 'chance' }),
        'CallExpression[callee.name=/^random(Int|Bytes)$/]': (node) => context.report({ node, messageId: 'chance' }),
        'Property[key.name="seed"] > CallExpression.value': (node) => context.report({ node, messageId: 'seed' }),
      }),
    },
  },
};

export const testLaws = {
  files: [
    ...['spec', 'integration', 'chaos', 'browser', 'fixture'].map((kind) => `**/*.${kind}.ts`),
    ...['**/*suite.ts', '**/conformance/**/*.ts', '**/testing/*.ts'],
  ],
  plugins: { laws },
  rules: { 'laws/no-fixed-sleep': 'error', 'laws/no-chance': 'error' },
};
