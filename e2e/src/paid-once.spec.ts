import { CLEAR } from './api.js';
import { asksProvider, mailProvider, paidBy } from './models/mail-provider.js';
import { until } from './processes.js';
import { startStandalone } from './standalone-process.js';

const RUNS = 60;

interface Models {
  readonly calls: readonly { readonly status: string }[];
}

test('kill -9 pays no call of a model twice, but for those that were under way, which are listed', async () => {
  await using provider = await mailProvider(() => 20);
  await using installation = await startStandalone(asksProvider(provider));
  const { api, service } = installation;
  const ids = await Promise.all(Array.from({ length: RUNS }, (_, index) => api.start(CLEAR, `paid-${index}`)));
  for (const share of [0.2, 0.5, 0.8]) {
    await until(`${share} of the calls are made`, () => provider.requests.length >= RUNS * 4 * share);
    await service.kill9();
    await service.ready();
  }
  for (const id of ids) expect((await api.settled(id)).status).toBe('completed');
  const { paid, needed } = paidBy(provider);
  expect(needed).toBe(RUNS * 4);
  // A process that has not been heard of for 15 s has died.
  const { calls } = await until('all calls have ended or are listed', async () => {
    const models = await api.get<Models>('/v1/models');
    return models.calls.filter(({ status }) => status === 'unknown').length >= paid - needed && models;
  });
  expect(calls.length).toBeGreaterThanOrEqual(paid - needed);
  expect(paid - needed).toBeLessThan(RUNS);
}, 180_000);
