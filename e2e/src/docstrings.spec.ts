import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { join } from 'node:path';
import { ROOT } from './processes.js';

async function said(code: string): Promise<readonly string[]> {
  const { docstrings } = (await import(join(ROOT, 'tools/docstrings.js'))) as { docstrings: object };
  const eslint = new ESLint({
    cwd: ROOT,
    overrideConfigFile: true,
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, docstrings] as never,
  });
  const [result] = await eslint.lintText(code, { filePath: 'libs/contracts/src/a.ts' });
  return result!.messages.map(({ message }) => message);
}

describe('a docstring', () => {
  test.each([
    '/** What is known of a run. */',
    '/**\n * Whether it may go on: so\n * long.\n */',
    '/** So many at once. */',
    '/** Of a map. */',
  ])('that is no sentence is refused, and told how to begin: %j', async (docstring) => {
    expect(await said(`${docstring}\nexport const a = 1;\n`)).toEqual([expect.stringContaining('Begin with a verb')]);
  });

  test.each([
    '/** Returns what is known of a run. */',
    '/** The whole of it. */',
    '/* What is this? */',
    '// Whether or not',
  ])('or comment that is one is not: %j', async (comment) => {
    expect(await said(`${comment}\nexport const a = 1;\n`)).toEqual([]);
  });
});
