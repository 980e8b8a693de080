import { CLEAR } from './api.js';
import { asksProvider, mailProvider, paidBy } from './models/mail-provider.js';
import { until } from './processes.js';
import { startStandalone } from './standalone-process.js';

const RUNS = 60;
const KILLS = [0.2, 0.5, 0.8];
/** Stages that ask a model, each for one answer a step. */
const STAGES = 4;
/** Calls that a stage can have under way. */
const AT_ONCE = 4;

interface Models {
  readonly calls: readonly { readonly status: string }[];
}

test('kill -9 pays no call of a model twice, but for those that were under way, which are listed', async () => {
  await using provider = await mailProvider(() => 20);
  await using installation = await startStandalone({ ...asksProvider(provider), STAGE_CONCURRENCY: String(AT_ONCE) });
  const { api, service } = installation;
  const ids = await Promise.all(Array.from({ length: RUNS }, (_, index) => api.start(CLEAR, `paid-${index}`)));
  for (const share of KILLS) {
    await until(`${share} of the calls are made`, () => provider.requests.length >= RUNS * STAGES * share);
    await service.kill9();
    await service.ready();
  }
  for (const id of ids) expect((await api.settled(id)).status).toBe('completed');
  const { paid, needed } = paidBy(provider);
  expect(needed).toBe(RUNS * STAGES);
  // A process that has not been heard of for 15 s has died.
  const { calls } = await until('all calls have ended or are listed', async () => {
    const models = await api.get<Models>('/v1/models');
    return models.calls.filter(({ status }) => status === 'unknown').length >= paid - needed && models;
  });
  expect(calls.length).toBeGreaterThanOrEqual(paid - needed);
  expect(paid - needed).toBeLessThanOrEqual(KILLS.length * STAGES * AT_ONCE);
}, 180_000);
