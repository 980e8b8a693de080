import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineStage, pipeline } from '@millrace/pipeline';
import { stage } from '@millrace/stage';
import { z } from 'zod';
import { checkedConfig } from './check-config.js';
import { openProject, ProjectError } from './index.js';

const greet = defineStage({ name: 'greet', input: z.object({}), output: z.object({ text: z.string() }) });
const greeting = stage(greet, () => ({ text: 'Hello' }));
const hello = pipeline({ name: 'hello', input: z.object({}) }, ({ step }) => step('greet', greet, {}));
class Plain {}

test.each<[string, unknown, string]>([
  ['is not there', undefined, 'It exports undefined'],
  ['is a function', () => ({ pipelines: [] }), 'It exports a function'],
  ['is a promise', Promise.resolve({ pipelines: [] }), 'It exports a promise: await it'],
  ['has its pipelines under another name', { pipeline: [hello] }, 'no default export with lists of pipelines'],
  ['has its stages under another name', { pipelines: [hello], stage: [greeting] }, 'has the key "stage"'],
  ['imports a pipeline that is not exported', { pipelines: [undefined] }, 'pipelines[0] is undefined (is it exported'],
  [
    'has a stage among its pipelines',
    { pipelines: [hello, greeting] },
    'pipelines[1] is a stage; expected what pipeline()',
  ],
  [
    'has a pipeline among its stages',
    { pipelines: [], stages: [hello] },
    'stages[0] is the pipeline hello; expected a class',
  ],
  [
    'has a contract among its stages',
    { pipelines: [], stages: [greet] },
    'stages[0] is the contract of greet, not its stage',
  ],
  ['has a class that is no stage', { pipelines: [], stages: [Plain] }, 'stages[0] is the class Plain without @Stage'],
  ['has nothing among its stages', { pipelines: [], stages: [null] }, 'stages[0] is null'],
  [
    'provides a stage that is none',
    { pipelines: [], stages: [{ stage: Plain }] },
    'stages[0] has as its stage the class Plain',
  ],
  [
    'misspells what a stage gets',
    { pipelines: [], stages: [{ stage: greeting, provider: [] }] },
    'has the key "provider"',
  ],
  [
    'gives settings that are no schema',
    { pipelines: [], stages: [{ stage: greeting, config: 5 }] },
    'has as its config a number',
  ],
  [
    'gives a list of providers beside settings',
    { pipelines: [], stages: [{ stage: greeting, config: z.object({}), providers: [] }] },
    'has as its providers a list; beside a config they are a function',
  ],
  ['has a list of samples', { pipelines: [], samples: ['a.json'] }, 'samples is a list; expected paths by pipeline'],
])('a config that %s is refused, with its file, the entry and what belongs there', (_, exported, says) => {
  const check = () => checkedConfig(exported, '/app/millrace.config.ts');
  expect(check).toThrow(ProjectError);
  expect(check).toThrow(/^\/app\/millrace\.config\.ts/);
  expect(check).toThrow(says);
});

describe('a project whose package is one of CommonJS', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-project-'));
    await write('package.json', '{"name":"app"}');
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  const opened = async () => {
    const project = await openProject({ from: folder, build: 'built' });
    return [project.samples, (await project.pipelines()).length];
  };

  test.each([
    ['millrace.config.js', 'module.exports = { pipelines: [], samples: { a: "b" } };'],
    [
      'millrace.config.js',
      'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = { pipelines: [], samples: { a: "b" } };',
    ],
    ['millrace.config.cjs', 'module.exports = { pipelines: [], samples: { a: "b" } };'],
    ['millrace.config.mjs', 'export default { pipelines: [], samples: { a: "b" } };'],
  ])('has its config in %s', async (name, text) => {
    await write(name, text);
    expect(await opened()).toEqual([{ a: 'b' }, 0]);
  });
});
