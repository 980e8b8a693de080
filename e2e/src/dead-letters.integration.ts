import { Api } from './api.js';
import { jobsSuite } from './dead-letters/jobs-suite.js';
import { install, type Installation } from './installation.js';

let installation: Installation;
beforeAll(async () => {
  installation = await install({ stages: ['intake'], twice: ['coordinator'] });
}, 300_000);
afterAll(() => installation[Symbol.asyncDispose]());

jobsSuite('each coordinator', () => ({
  api: new Api(installation.gateway),
  async kill() {
    for (const [name, service] of installation.services) if (name.startsWith('coordinator')) await service.kill9();
  },
}));
