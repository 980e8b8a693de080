import { jobsSuite } from './dead-letters/jobs-suite.js';
import { startStandalone, type StandaloneProcess } from './standalone-process.js';

let installation: StandaloneProcess;
beforeAll(async () => {
  installation = await startStandalone();
}, 240_000);
afterAll(() => installation[Symbol.asyncDispose]());

jobsSuite('all of Millrace', () => ({
  api: installation.api,
  kill: () => installation.service.kill9(),
}));
