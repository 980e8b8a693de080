import { aCall, aQuota, FakeProvider, SimulatedWorld, START } from './provider.fixture.js';

const LONG_MS = 10_000;
const LIMITS = { requests: 600, tokens: 1e9, perMs: 60_000 };

/** Calls against a quota, whose steps leave their stages where the wait is long. */
function waitingWorld(quota: Parameters<typeof aQuota>[0] = LIMITS, limits = LIMITS) {
  const provider = new FakeProvider(limits);
  const behaviour = {
    take: (id: string, tokens: number, at: number) => provider.take(id, tokens, at),
    tokensOf: () => 150,
    latencyMs: () => 500,
  };
  const world = new SimulatedWorld({ quotas: [aQuota(quota)], budgets: [], prices: undefined }, behaviour, LONG_MS);
  return { world, provider };
}

test('steps that left their stages come back when their turn is near: stages hold little, and nothing of the quota is lost', () => {
  const { world, provider } = waitingWorld();
  for (let index = 0; index < 2_000; index++) world.ask(aCall(String(index)), `p${index % 4}`);
  const held: number[] = [];
  for (let at = 1_000; at < 190_000; at += 1_000) world.at(at, () => held.push(world.inHand));
  world.run();
  expect(world.ended).toHaveLength(2_000);
  expect(provider.rejectedAt).toEqual([]);
  const lastMs = provider.taken.at(-1)!.at - START;
  expect(2_000 / LIMITS.requests / (lastMs / LIMITS.perMs)).toBeGreaterThan(0.95);
  // Ten seconds of the quota are 100 calls.
  expect(Math.max(...held)).toBeLessThanOrEqual(120);
});

test('calls that left are made in the order in which they asked, with the calls of other tenants between them', () => {
  const { world } = waitingWorld();
  for (let index = 0; index < 600; index++) world.at(index * 5, () => world.ask(aCall(String(index)), 'p'));
  world.at(20_000, () => {
    for (let index = 0; index < 20; index++) world.ask(aCall(`small-${index}`, { tenant: 'small' }), 'p');
  });
  world.run();
  const order = world.ended.map(({ id }) => Number(id)).filter((index) => !Number.isNaN(index));
  for (const [place, index] of order.entries()) expect(Math.abs(place - index)).toBeLessThan(20);
  const lastOfSmall = Math.max(...world.ended.filter(({ id }) => id.startsWith('small')).map(({ at }) => at));
  expect(lastOfSmall).toBeLessThan(20_000 + 10_000);
});

test('the keeper’s successor recalls what left before, also where the quota is gone meanwhile', () => {
  const { world } = waitingWorld({ requests: 1, perMs: 60_000 }, { ...LIMITS, requests: 1_000 });
  for (let index = 0; index < 700; index++) world.ask(aCall(String(index)), 'p');
  world.run(5_000);
  expect(world.away.size).toBe(699);
  world.restart();
  world.configure({ quotas: [] });
  world.run(20_000);
  expect(world.ended).toHaveLength(700);
  expect([...world.ledger.keys()].filter((key) => key.startsWith('waiting/') && world.ledger.get(key))).toEqual([]);
});

test('a call whose budget has no room is recalled when the budget is raised, and not before', () => {
  const { world } = waitingWorld();
  const budget = { name: 'b', per: 'total', calls: 1, atLimit: 'wait', at: START } as const;
  world.configure({ budgets: [budget] });
  world.ask(aCall('1'), 'p');
  world.ask(aCall('2'), 'p');
  world.run(3_000);
  world.leaveStage('2');
  world.run(60_000);
  expect([world.ended.map(({ id }) => id), world.away.size]).toEqual([['1'], 1]);
  world.configure({ budgets: [{ ...budget, calls: 2 }] });
  world.run(70_000);
  expect(world.ended.map(({ id }) => id)).toEqual(['1', '2']);
});

test('a step that does not come back is recalled a few times, and then nobody waits for it', () => {
  const { world } = waitingWorld({ requests: 1, perMs: 60_000 });
  for (const id of ['1', '2']) world.ask(aCall(id), 'p');
  world.run(3_000);
  world.away.clear();
  world.run(120_000);
  expect(world.ledger.get('waiting/2')).toBeUndefined();
  world.ask(aCall('3'), 'p');
  world.run(200_000);
  expect(world.ended.map(({ id }) => id)).toEqual(['1', '3']);
});
