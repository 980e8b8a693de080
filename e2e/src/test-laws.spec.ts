import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { join } from 'node:path';
import { ROOT } from './processes.js';

const refused = [
  `test('a', async () => { await sleep(100); });`,
  `test.each([1])('a', async () => { await new Promise((resolve) => setTimeout(resolve, 100)); });`,
  `beforeAll(() => delay(5));`,
  `const key = Math.random();`,
  `const bytes = randomBytes(4);`,
  `fc.assert(property, { seed: Date.now() });`,
];
const allowed = [
  `test('a', async () => { while (!done()) await sleep(5); });`,
  `test('a', async () => { await consume(async () => { await sleep(5); }); });`,
  `const until = async () => { for (;;) await new Promise((resolve) => setTimeout(resolve, 5)); };`,
  `test('a', async () => { await expect(sleep(NaN)).rejects.toThrow(); });`,
  `fc.assert(property, { seed: 7 });`,
  `const key = randomUUID();`,
];

let eslint: ESLint;
beforeAll(async () => {
  const { testLaws } = (await import(join(ROOT, 'tools/test-laws.js'))) as { testLaws: object };
  eslint = new ESLint({
    cwd: ROOT,
    overrideConfigFile: true,
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, testLaws] as never,
  });
});
const complaints = async (code: string, file = 'libs/saga/src/a.spec.ts') => {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, file) });
  return result!.messages.map(({ ruleId }) => ruleId);
};

test.each(refused)('in a test, chance and fixed times are refused: %s', async (code) => {
  expect(await complaints(code)).toEqual([expect.stringMatching(/^laws\//)]);
  expect(await complaints(code, 'libs/saga/src/a.ts')).toEqual([]);
});

test.each(allowed)(
  'waiting for a condition, faults that take their time and fixed seeds are allowed: %s',
  async (code) => {
    expect(await complaints(code)).toEqual([]);
  },
);
