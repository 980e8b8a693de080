import { openRuntime, serviceSettings } from '@millrace/runtime';
import { Api } from './api.js';
import { cacheSuite } from './cache/suite.js';
import { install, type Installation } from './installation.js';

let installed: Installation;
let installation: Awaited<ReturnType<typeof openRuntime>>;
beforeAll(async () => {
  installed = await install({ stages: [], twice: ['coordinator'] });
  const env = { ...process.env, LOG_LEVEL: 'silent', TOPIC_PREFIX: installed.prefix };
  installation = await openRuntime('embed', serviceSettings(env));
}, 300_000);
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await installed[Symbol.asyncDispose]();
}, 60_000);

async function killCoordinators(): Promise<void> {
  for (const [name, service] of installed.services) if (name.startsWith('coordinator')) await service.kill9();
}

describe('outputs that are reused, on Kafka and PostgreSQL with two coordinators', () =>
  cacheSuite(() => ({ gateways: [new Api(installed.gateway)], installation }), killCoordinators));
