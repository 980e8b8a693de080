import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPipelines } from './pipelines.js';

test('a module of pipelines that throws is told with what it throws and where; one that is missing is not confused with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-pipelines-'));
  try {
    const file = join(folder, 'mine.mjs');
    await writeFile(file, 'function boom() {\n  throw new TypeError("no such thing");\n}\nboom();\n');
    await expect(loadPipelines([file], { folder, build: 'sources' })).rejects.toThrow(
      /mine\.mjs .* it throws TypeError: no such thing\n.*mine\.mjs:2/,
    );
    await expect(loadPipelines(['@nobody/has-this'], { folder, build: 'sources' })).rejects.toThrow(
      '@nobody/has-this could not be loaded',
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
