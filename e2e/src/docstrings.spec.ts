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
    '/** How long a record is kept. */',
    '/** How many records wait. */',
    '/** Whom a review is for. */',
    '/** Whose turn it is. */',
    '/** Which of them are done. */',
    '/** Why it has failed. */',
    '/** For how long it waits. */',
    '/** Since when it waits. */',
    '/** When it was sent. */',
    '/**\n * Until it is sent\n * again. Then it goes on, too.\n */',
  ])('that is no sentence is refused, and told how to begin: %j', async (docstring) => {
    expect(await said(`${docstring}\nexport const a = 1;\n`)).toEqual([expect.stringContaining('Begin with a verb')]);
  });

  test.each([
    '/** Returns what is known of a run. */',
    '/** The whole of it. */',
    '/** When the lease is lost, the process stops. */',
    '/** While a run is paused, its timers\n * stand still. */',
    '/** If true, the stage hands off. */',
    '/* What is this? */',
    '// Whether or not',
  ])('or comment that is one is not: %j', async (comment) => {
    expect(await said(`${comment}\nexport const a = 1;\n`)).toEqual([]);
  });
});
