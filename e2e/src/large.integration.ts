import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRuntime, serviceSettings } from '@millrace/runtime';
import { Api } from './api.js';
import { install, type Installation } from './installation.js';
import { largeSuite } from './large/suite.js';

let folder: string;
let installed: Installation;
let installation: Awaited<ReturnType<typeof openRuntime>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-large-'));
  installed = await install({ stages: [], twice: ['coordinator'], env: { BLOBS: folder } });
  const env = { ...process.env, LOG_LEVEL: 'silent', TOPIC_PREFIX: installed.prefix, BLOBS: folder };
  installation = await openRuntime('read', serviceSettings(env));
}, 300_000);
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await installed[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
}, 60_000);

async function killCoordinators(): Promise<void> {
  for (const [name, service] of installed.services) if (name.startsWith('coordinator')) await service.kill9();
}

describe('large values, on Kafka and PostgreSQL with two coordinators and blobs in a shared folder', () =>
  largeSuite(() => ({ gateways: [new Api(installed.gateway)], installation, folder }), killCoordinators));
