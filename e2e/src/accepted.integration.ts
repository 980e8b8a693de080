import { randomId } from '@millrace/contracts';
import { serviceSettings } from '@millrace/runtime';
import { accepted, openPlace, type InstallationUnderTest } from './accepted/suite.js';
import { createDatabase, dropDatabase } from './installation.js';

const id = randomId('e2e').slice(0, 12);
let place: InstallationUnderTest;
beforeAll(async () => {
  const env = { ...process.env, LOG_LEVEL: 'silent', TOPIC_PREFIX: `${id}.`, DATABASE_URL: await createDatabase(id) };
  place = await openPlace(serviceSettings(env), 2);
}, 120_000);
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await dropDatabase(id);
}, 60_000);

describe('what was answered, on Kafka and PostgreSQL with two coordinators', () => accepted(() => place));
