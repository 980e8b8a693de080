import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { holdsSuite } from './holds/suite.js';
import { ROOT } from './processes.js';
import { startStandalone, type StandaloneProcess } from './standalone-process.js';

const moduleOf = (name: string): string => JSON.stringify(pathToFileURL(`${ROOT}e2e/dist/constructs/${name}.js`).href);

let folder: string;
let installation: StandaloneProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-holds-'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{ "name": "holds", "type": "module" }');
  await writeFile(
    join(folder, 'millrace.config.js'),
    `import { HOLDS } from ${moduleOf('holds')};
     import { STAGES } from ${moduleOf('stages')};
     export default { pipelines: HOLDS, stages: STAGES };`,
  );
  installation = await startStandalone({}, folder);
}, 240_000);
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}, 60_000);

holdsSuite('all of Millrace', () => ({
  api: installation.api,
  kill: () => installation.service.kill9(),
}));
