import { CLEAR } from './api.js';
import { asksProvider, mailProvider, paidBy } from './models/mail-provider.js';
import { until } from './processes.js';
import { startStandalone } from './standalone-process.js';

/** More than a process of a stage has in hand at once. */
const SLOW = 600;
/** Calls of a model that each run makes. */
const CALLS = 4;

interface Models {
  readonly quotas: readonly { readonly waiting: number }[];
}

test('a tenant whose quota is used up stops nobody on its partition, loses no attempt, and goes on after a crash as soon as the quota is raised', async () => {
  await using provider = await mailProvider(() => 1);
  await using installation = await startStandalone({ ...asksProvider(provider), TOPIC_PARTITIONS: '1' });
  const { api, service } = installation;
  const quota = { provider: 'openai-compatible', model: 'small', tenant: 'slow' };
  const start = async (tenant: string, index: number) => {
    const asked = { pipeline: 'support-email', input: CLEAR, tenant };
    const answer = await api.post('/v1/runs', asked, { 'idempotency-key': `${tenant}-${index}` });
    return ((await answer.json()) as { readonly id: string }).id;
  };
  await api.post('/v1/models/quotas', { ...quota, requests: 1, perMs: 3_600_000 });
  const slow: string[] = [];
  for (let from = 0; from < SLOW; from += 50)
    slow.push(...(await Promise.all(Array.from({ length: 50 }, (_, index) => start('slow', from + index)))));
  // Two stages ask side by side; the quota allows one call.
  await until('all calls wait but one', async () => {
    const { quotas } = await api.get<Models>('/v1/models');
    return quotas[0]?.waiting === SLOW * 2 - 1;
  });
  expect((await api.settled(await start('fast', 0))).status).toBe('completed');

  await service.kill9();
  await service.ready();
  await api.post('/v1/models/quotas', quota);
  for (const id of slow) {
    const run = await api.settled(id);
    expect(run.status).toBe('completed');
    for (const { attempts } of run.steps) expect(attempts.length).toBeLessThanOrEqual(1);
  }
  const facts = (await api.history(slow.at(-1)!)).map(({ type }) => type);
  expect(facts).toContain('step.deferred');
  expect(facts).not.toContain('step.failed');
  expect(paidBy(provider)).toEqual({ paid: (SLOW + 1) * CALLS, needed: (SLOW + 1) * CALLS });
}, 300_000);
