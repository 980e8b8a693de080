import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './processes.js';

type Transpile = (begins: (files: number) => void, root: string) => void;
const { transpileChanged } = (await import(pathToFileURL(join(ROOT, 'scripts/transpile.mjs')).href)) as {
  transpileChanged: Transpile;
};

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-transpile-'));
  await mkdir(join(root, 'libs/a/src/deep'), { recursive: true });
  await write('libs/a/src/a.ts', 'export const a: number = 1;');
  await write('libs/a/src/deep/b.ts', `import type { a } from '../a.js';\nexport const b = (it: typeof a) => it;`);
  await write('libs/a/src/a.spec.ts', 'not even TypeScript');
});
afterEach(() => rm(root, { recursive: true }));

const write = (file: string, text: string) => writeFile(join(root, file), text);
const read = (file: string) => readFile(join(root, file), 'utf8');

function compiled(): number {
  let files = 0;
  transpileChanged((count) => (files = count), root);
  return files;
}

async function edit(file: string, text: string): Promise<void> {
  await write(file, text);
  const later = new Date((await stat(join(root, file))).mtimeMs + 2_000);
  await utimes(join(root, file), later, later);
}

test('npm start compiles each source once, and none of the tests', async () => {
  expect(compiled()).toBe(2);
  expect(await read('libs/a/dist/a.js')).toContain('export const a = 1;');
  expect(existsSync(join(root, 'libs/a/dist/deep/b.js.map'))).toBe(true);
  expect(existsSync(join(root, 'libs/a/dist/a.spec.js'))).toBe(false);
  expect(compiled()).toBe(0);
});

test('npm start compiles what was edited alone, and the next build compiles that project anew', async () => {
  compiled();
  await write('libs/a/tsconfig.tsbuildinfo', '{}');
  expect(compiled()).toBe(0);
  expect(existsSync(join(root, 'libs/a/tsconfig.tsbuildinfo'))).toBe(true);
  await edit('libs/a/src/a.ts', 'export const a: number = 2;');
  expect(compiled()).toBe(1);
  expect(await read('libs/a/dist/a.js')).toContain('export const a = 2;');
  expect(existsSync(join(root, 'libs/a/tsconfig.tsbuildinfo'))).toBe(false);
});

test('a source that is not TypeScript is refused with its file and line, and what was made of it before stays', async () => {
  compiled();
  await edit('libs/a/src/a.ts', 'export const a: number = ;');
  expect(compiled).toThrow(/libs\/a\/src\/a\.ts:1/);
  expect(await read('libs/a/dist/a.js')).toContain('export const a = 1;');
});
