import { pathToFileURL } from 'node:url';
import { Api } from './api.js';
import { holdsSuite } from './holds/suite.js';
import { install, type Installation } from './installation.js';
import { ROOT } from './processes.js';

let installation: Installation;
beforeAll(async () => {
  const PIPELINES = pathToFileURL(`${ROOT}e2e/dist/constructs/holds.js`).href;
  const others = { stages: 'e2e/dist/constructs/main.js' };
  installation = await install({ stages: [], others, twice: ['coordinator'], env: { PIPELINES } });
}, 300_000);
afterAll(() => installation[Symbol.asyncDispose](), 60_000);

holdsSuite('each coordinator', () => ({
  api: new Api(installation.gateway),
  async kill() {
    for (const [name, service] of installation.services) if (name.startsWith('coordinator')) await service.kill9();
  },
}));
