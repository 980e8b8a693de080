import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './processes.js';
import { build } from './standalone-process.js';

const HELLO = `
import { defineStage, pipeline } from '@millrace/pipeline';
import { stage } from '@millrace/stage';
import { z } from 'zod';
enum Word { Hello = 'Hello' }
namespace Names { export const greet = 'greet'; }
class Greeter { constructor(private readonly word: Word) {} greet(name: string) { return this.word + name; } }
const greet = defineStage({ name: Names.greet, input: z.object({ name: z.string() }), output: z.object({ text: z.string() }) });
export const greeting = stage(greet, async ({ name }) => ({ text: new Greeter(Word.Hello).greet(name) }));
export const hello = pipeline({ name: 'hello', input: z.object({ name: z.string() }) }, ({ input, step }) => step('greet', greet, { name: input.name }));
`;
const OPEN = `
const { openProject } = await import(${JSON.stringify(join(ROOT, 'libs/project/dist/index.js'))});
try {
  const project = await openProject({ from: process.cwd(), build: 'sources' });
  console.log((await project.pipelines()).length, (await project.stages()).all({}).length);
} catch (error) {
  console.log(error.constructor.name + ': ' + error.message);
}`;

let folder: string;
beforeAll(() => build());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-project-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await write('package.json', '{ "name": "app" }');
  await write('hello.ts', HELLO);
  await write('open.mjs', OPEN);
});
afterEach(() => rm(folder, { recursive: true }));

const write = (file: string, text: string) => writeFile(join(folder, file), text);

/** As `millrace dev` opens a project: in a process of its own, which translates TypeScript. */
async function opened(config: string, file = 'millrace.config.ts'): Promise<string> {
  await write(file, config);
  return spawnSync(process.execPath, ['open.mjs'], { cwd: folder, encoding: 'utf8' }).stdout;
}

test.each([
  ['.js', 'millrace.config.ts', `import { hello, greeting } from './hello.js';`],
  ['.ts', 'millrace.config.cts', `import { hello, greeting } from './hello.ts';`],
])(
  'TypeScript that Node cannot strip runs: enums, namespaces, parameter properties, imports by %s',
  async (_, file, imports) => {
    expect(await opened(`${imports} export default { pipelines: [hello], stages: [greeting] };`, file)).toBe('1 1\n');
  },
);

test.each([
  [
    'an import without an extension',
    `import { hello } from './hello'; export default { pipelines: [hello] };`,
    `'./hello.js' finds hello.ts too`,
  ],
  [
    'an export of CommonJS',
    `import { hello } from './hello.js'; export = { pipelines: [hello] };`,
    'TypeScript is loaded as an ES module: use import, export',
  ],
  [
    'a require of CommonJS',
    `import fs = require('fs'); void fs; export default { pipelines: [] };`,
    'TypeScript is loaded as an ES module',
  ],
  ['a variable of CommonJS', `export default { pipelines: [__dirname] };`, 'import.meta.dirname'],
  ['what is no TypeScript', `const a: number = 1;\nconst b = ;`, 'millrace.config.ts:2:11'],
  ['what throws', `\nthrow new RangeError('not today');`, /RangeError: not today\n.*millrace\.config\.ts:2/],
])('a config with %s is refused with the place and what to write', async (_, config, says) => {
  const said = await opened(config);
  expect(said).toMatch(/^ProjectError: .*millrace\.config\.ts could not be loaded/);
  expect(said).toMatch(says);
});

test('a contract that breaks what was deployed stops the start, with the stage, the field and what to do', async () => {
  const dataDir = join(folder, 'data');
  const env = { ...process.env, PORT: '0', MILLRACE_DATA: dataDir };
  const main = join(ROOT, 'services/standalone/dist/main.js');
  await write(
    'millrace.config.ts',
    `import { hello, greeting } from './hello.js'; export default { pipelines: [hello], stages: [greeting] };`,
  );
  const first = spawn(process.execPath, [main], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: first.stdout })) if (line.includes('is ready')) break;
  first.kill();
  await once(first, 'exit');

  await write('hello.ts', HELLO.replaceAll('text: ', 'words: '));
  const { status, stderr } = spawnSync(process.execPath, [main], { cwd: folder, env, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('The pipeline hello is refused (CONTRACT_BREAKS)');
  expect(stderr).toContain('/contracts/greet/output/text may be missing');
  expect(stderr).toContain('Give the changed contract a new stage name');
});
