import type { ModelBudget, ModelPrices, TokenUsage } from '@millrace/contracts';
import { aCall, aQuota, FakeProvider, SimulatedWorld, START } from './provider.fixture.js';

const SPENT = 'spent/2026-11-30/a/mail/acme-ai/small';
const PRICES: ModelPrices = { version: '1', currency: 'EUR', prices: [], at: START };
const SMALL = { provider: 'acme-ai', model: 'small', input: 10, output: 20 };
const aBudget = (more: Partial<ModelBudget>): ModelBudget => ({
  ...{ name: 'b', per: 'total', atLimit: 'stop', at: START },
  ...more,
});

/** Calls that take 150 tokens and a second each, unless a test says how they end. */
const aWorld = (settings: Partial<ConstructorParameters<typeof SimulatedWorld>[0]>) =>
  new SimulatedWorld(
    { quotas: [], budgets: [], prices: undefined, ...settings },
    { take: () => undefined, tokensOf: () => 150, latencyMs: () => 1_000 },
  );

test.each<[string, TokenUsage | undefined, TokenUsage]>([
  ['says nothing', undefined, { input: 1_000, output: 500 }],
  ['says that it took nothing', { input: 0, output: 0 }, { input: 1_000, output: 500 }],
  ['says that the prompt was next to nothing', { input: 3, output: 40 }, { input: 1_000, output: 500 }],
  ['says that it wrote a million tokens', { input: 900, output: 1e6 }, { input: 1_000, output: 1e6 }],
])('a provider that %s of usage is counted as estimated, or as it says where that is more', (_, usage, counted) => {
  const world = aWorld({ prices: { ...PRICES, prices: [SMALL] } });
  const call = aCall('1', { estimate: { input: 1_000, output: 500 } });
  world.tell({ type: 'call.ended', process: 'p', call, outcome: 'answered', unasked: true, ...(usage && { usage }) });
  world.run();
  const micros = counted.input * SMALL.input + counted.output * SMALL.output;
  expect(world.ledger.get(SPENT)).toMatchObject({ calls: 1, estimated: 1, ...counted, micros });
});

test('what a model without a price costs is unknown and told of, beside what is known', () => {
  const world = aWorld({ prices: { ...PRICES, prices: [SMALL] } });
  for (const [id, model] of [
    ['1', 'small'],
    ['2', 'large'],
    ['3', 'large'],
  ] as const)
    world.tell({
      ...{ type: 'call.ended', process: 'p', outcome: 'answered', unasked: true },
      call: aCall(id, { model }),
      usage: { input: 100, output: 50 },
    });
  world.run();
  expect(world.ledger.get(SPENT)).toMatchObject({ calls: 1, unpriced: 0, micros: 2_000 });
  expect(world.ledger.get('spent/2026-11-30/a/mail/acme-ai/large')).toMatchObject({ calls: 2, unpriced: 2, micros: 0 });
});

test('a budget that a call in flight reaches lets that call end, and refuses the next one', () => {
  const world = aWorld({ budgets: [aBudget({ tokens: 350 })] });
  world.ask(aCall('1'), 'p');
  world.run(100);
  world.tell({
    type: 'call.ended',
    process: 'p',
    call: aCall('1'),
    outcome: 'answered',
    usage: { input: 100, output: 140 },
  });
  world.at(200, () => world.ask(aCall('2'), 'p'));
  world.run();
  expect(world.refused).toEqual([{ id: '2', why: 'budget' }]);
  expect(world.ledger.get('budget/b/total')).toMatchObject({ calls: 1, tokens: 240 });
});

test('a budget that is lowered while calls are in flight lets them end, and refuses those that wait', () => {
  const world = aWorld({ quotas: [aQuota({ concurrency: 1 })], budgets: [aBudget({ calls: 10 })] });
  for (const id of ['1', '2', '3']) world.ask(aCall(id), 'p');
  world.at(500, () => world.configure({ budgets: [aBudget({ calls: 1 })] }));
  world.run();
  expect(world.ended.map(({ id }) => id)).toEqual(['1']);
  expect(world.refused.map(({ id, why }) => `${id}: ${why}`).sort()).toEqual(['2: budget', '3: budget']);
});

test('two tenants behind one key share what it allows, each within its own quota', () => {
  const provider = new FakeProvider({ requests: 60, tokens: 1e9, perMs: 60_000 });
  const world = new SimulatedWorld(
    { quotas: [aQuota({ requests: 60 }), aQuota({ tenant: 'a', requests: 6 })], budgets: [], prices: undefined },
    { take: (id, tokens, at) => provider.take(id, tokens, at), tokensOf: () => 150, latencyMs: () => 100 },
  );
  for (let index = 0; index < 60; index++)
    for (const tenant of ['a', 'b']) world.ask(aCall(`${tenant}-${index}`, { tenant }), 'p');
  world.run(58_000);
  const made = (tenant: string) => provider.taken.filter(({ id }) => id.startsWith(tenant)).length;
  expect(made('a')).toBeLessThanOrEqual(6);
  expect(made('b')).toBeGreaterThan(45);
  expect(provider.rejectedAt).toEqual([]);
});

test.each([
  ['ahead', -3_600_000],
  ['behind', 3_600_000],
])('a keeper whose clock is an hour %s lets nobody call more than the provider allows', (_, behindMs) => {
  const provider = new FakeProvider({ requests: 60, tokens: 1e9, perMs: 60_000 });
  const world = new SimulatedWorld(
    { quotas: [aQuota({ requests: 60 })], budgets: [], prices: undefined },
    { take: (id, tokens, at) => provider.take(id, tokens, at), tokensOf: () => 150, latencyMs: () => 500 },
  );
  for (let index = 0; index < 100; index++) world.ask(aCall(String(index)), 'p');
  world.at(30_300, () => world.restart(behindMs));
  world.at(45_300, () => world.restart());
  world.run();
  expect(world.ended).toHaveLength(100);
  expect(provider.rejectedAt).toEqual([]);
});
