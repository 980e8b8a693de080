import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineStage, stage, stageNameOf } from '@millrace/stage';
import { z } from 'zod';
import { findProject } from './find-project.js';
import { openProject } from './project.js';
import { loadStages } from './stages.js';

const contract = (name: string) => defineStage({ name, input: z.object({}), output: z.object({}) });
const greet = stage(contract('greet'), () => ({}));
const sign = stage(contract('sign'), () => ({}));
const base = { folder: tmpdir(), build: 'sources' } as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-project-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a stage that a project names twice is refused, naming the stage', async () => {
  const stages = await loadStages([greet, sign, greet], base);
  expect(() => stages.all({})).toThrow('The stage greet is served twice by this process');
});

test('a process serves the stages that it is told to, and reads no settings of others', async () => {
  const config = z.object({ SIGN_WITH: z.string('expected a name') });
  const stages = await loadStages([greet, { stage: sign, config, providers: () => [] }], base);
  expect(stages.named(['greet'], {}).map(stageNameOf)).toEqual(['greet']);
  expect(() => stages.named(['sign'], {})).toThrow('SIGN_WITH  is missing: expected a name');
  expect(() => stages.named(['sing'], {})).toThrow('This project has no stage "sing". It has: greet, sign.');
});

test('a project in TypeScript that was not built is told so where production would run it', async () => {
  await writeFile(join(folder, 'millrace.config.ts'), 'export default { pipelines: [] };\n');
  expect(findProject(join(folder, 'src'), 'sources')).toEqual({ folder, file: join(folder, 'millrace.config.ts') });
  expect(() => findProject(folder, 'built')).toThrow(/is not built: there is no .*Run "npm run build" first/);
});

test('a config that throws, or that names nothing, is told with its file and what it should be', async () => {
  const file = join(folder, 'millrace.config.mjs');
  await writeFile(file, 'throw new RangeError("not today");\n');
  await expect(openProject({ from: folder, build: 'built' })).rejects.toThrow(
    /millrace\.config\.mjs could not be loaded: it throws RangeError: not today\n.*millrace\.config\.mjs:1/,
  );
  await writeFile(join(folder, 'millrace.config.js'), 'export const config = 1;\n');
  await expect(openProject({ from: folder, build: 'built' })).rejects.toThrow(
    /millrace\.config\.js has no default export with lists of pipelines and stages/,
  );
});
