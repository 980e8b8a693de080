import fc from 'fast-check';
import { aCall, aQuota, FakeProvider, SimulatedWorld, START } from './provider.fixture.js';

/** A number between 0 and 1 that depends on the text alone. */
function shareOf(text: string): number {
  let hash = 7;
  for (const char of text) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) >>> 0;
  return (Math.imul(hash ^ (hash >>> 13), 0x5bd1e995) >>> 0) / 2 ** 32;
}

const LIMITS = { requests: 600, tokens: 100_000, perMs: 60_000 };

describe('2,000 runs of four processes against 600 requests and 100,000 tokens a minute', () => {
  const provider = new FakeProvider(LIMITS);
  const world = new SimulatedWorld(
    { quotas: [aQuota(LIMITS)], budgets: [], prices: undefined },
    {
      take: (id, tokens, at) => provider.take(id, tokens, at),
      tokensOf: ({ id }) => 100 + Math.floor(shareOf(id) * 130),
      latencyMs: ({ id }) => 200 + Math.floor(shareOf(`${id}/ms`) * 1_500),
    },
  );
  const ids = Array.from({ length: 2_000 }, (_, index) => `call-${index}`);
  for (const [index, id] of ids.entries())
    world.ask(
      aCall(id, { tenant: index % 11 === 0 ? 'small' : 'large', estimate: { input: 100, output: 400 } }),
      `process-${index % 4}`,
    );
  world.run();

  test('never send more than the provider allows in any of its minutes, and use 95 % of it', () => {
    const lastMs = provider.taken.at(-1)!.at - START;
    const used = provider.taken.reduce((sum, { tokens }) => sum + tokens, 0);
    expect(provider.taken).toHaveLength(2_000);
    expect(provider.peak()).toBeLessThanOrEqual(1.02);
    const share = Math.max(2_000 / LIMITS.requests, used / LIMITS.tokens) / (lastMs / LIMITS.perMs);
    expect(share).toBeGreaterThan(0.95);
    expect(provider.rejectedAt).toHaveLength(0);
  });

  test('do not make a tenant with a tenth of the load wait for all the others', () => {
    const lastOf = (remainder: (index: number) => boolean) =>
      Math.max(...world.ended.filter(({ id }) => remainder(Number(id.slice(5)))).map(({ at }) => at));
    expect(lastOf((index) => index % 11 === 0)).toBeLessThan(lastOf((index) => index % 11 !== 0) / 3);
  });
});

test('whatever the quota, sizes and latencies: no window gets more than the quota, and everybody gets a turn', () => {
  const call = fc.record({
    at: fc.integer({ min: 0, max: 30_000 }),
    tokens: fc.integer({ min: 1, max: 400 }),
    ms: fc.integer({ min: 1, max: 5_000 }),
    tenant: fc.constantFrom('a', 'b', 'c'),
    priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const),
    process: fc.integer({ min: 0, max: 3 }),
  });
  const quota = fc.record({
    requests: fc.integer({ min: 1, max: 60 }),
    tokens: fc.integer({ min: 400, max: 10_000 }),
    perMs: fc.constantFrom(1_000, 10_000, 60_000),
    concurrency: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  });
  const property = fc.property(quota, fc.array(call, { minLength: 1, maxLength: 60 }), (limits, calls) => {
    const provider = new FakeProvider({ requests: 1e9, tokens: 1e9, perMs: limits.perMs });
    const seen = new FakeProvider(limits);
    const world = new SimulatedWorld(
      { quotas: [aQuota(limits as never)], budgets: [], prices: undefined },
      {
        take: (id, tokens, at) => {
          seen.taken.push({ id, tokens, at });
          return provider.take(id, tokens, at);
        },
        tokensOf: ({ id }) => calls[Number(id)]!.tokens,
        latencyMs: ({ id }) => calls[Number(id)]!.ms,
      },
    );
    for (const [index, { at, tokens, tenant, priority, process }] of calls.entries())
      world.at(at, () =>
        world.ask(aCall(String(index), { tenant, priority, estimate: { input: tokens, output: 0 } }), `p${process}`),
      );
    world.run();
    expect(new Set(world.ended.map(({ id }) => id)).size).toBe(calls.length);
    expect(seen.peak()).toBeLessThanOrEqual(1 + 1e-9);
  });
  fc.assert(property, { seed: 20_261_130, numRuns: 150 });
});

test('a 429 makes one pause for all processes, which lasts as long as the provider asks, and one call goes first after it', () => {
  let closedUntil = START + 2_000;
  const sent: number[] = [];
  const rejected: number[] = [];
  const world = new SimulatedWorld(
    { quotas: [aQuota({ requests: 6_000 })], budgets: [], prices: undefined },
    {
      take: (_, __, at) => {
        sent.push(at - START);
        if (at > START + 1_000 && at < closedUntil) {
          rejected.push(at - START);
          closedUntil = at + 20_000;
          return 20_000;
        }
        return undefined;
      },
      tokensOf: () => 150,
      latencyMs: () => 300,
    },
  );
  for (let index = 0; index < 300; index++) world.ask(aCall(String(index)), `p${index % 4}`);
  world.run();
  expect(world.ended).toHaveLength(300);
  expect(rejected.length).toBeGreaterThan(0);
  // Those that had left when the first was rejected are part of the same pause.
  expect(rejected.at(-1)! - rejected[0]!).toBeLessThan(50);
  const after = sent.filter((at) => at > rejected.at(-1)!);
  expect(after[0]).toBeGreaterThanOrEqual(rejected[0]! + 20_000);
  expect(after[1]! - after[0]!).toBeGreaterThanOrEqual(300);
});

test('a quota that is lowered while calls wait holds from then on', () => {
  const sent: number[] = [];
  const provider = {
    take: (_: string, __: number, at: number) => void sent.push(at - START),
    tokensOf: () => 150,
    latencyMs: () => 100,
  };
  const world = new SimulatedWorld({ quotas: [aQuota({ requests: 600 })], budgets: [], prices: undefined }, provider);
  for (let index = 0; index < 400; index++) world.ask(aCall(String(index)), 'p');
  world.at(10_000, () => world.configure({ quotas: [aQuota({ requests: 60 })] }));
  world.run(60_000);
  const before = sent.filter((at) => at < 10_000).length;
  expect(before).toBeGreaterThan(90);
  // More than the new quota has left within the minute already: nothing more leaves in it.
  expect(sent.filter((at) => at > 10_100).length).toBe(0);
  world.run();
  expect(sent).toHaveLength(400);
});

test('what a quota has used survives the death of its keeper, whose successor’s clock may be behind', () => {
  for (const behindMs of [0, 3_600_000]) {
    const provider = new FakeProvider({ requests: 60, tokens: 1e9, perMs: 60_000 });
    const world = new SimulatedWorld(
      { quotas: [aQuota({ requests: 60 })], budgets: [], prices: undefined },
      { take: (id, tokens, at) => provider.take(id, tokens, at), tokensOf: () => 150, latencyMs: () => 2_000 },
    );
    for (let index = 0; index < 200; index++) world.ask(aCall(String(index)), `p${index % 4}`);
    for (let at = 10_300; at < 200_000; at += 20_000) world.at(at, () => world.restart(behindMs));
    world.run();
    expect(new Set(world.ended.map(({ id }) => id)).size).toBe(200);
    expect(provider.rejectedAt).toHaveLength(0);
    expect(provider.taken).toHaveLength(200);
  }
});

test('the calls of a process that dies are listed as unknown, count as estimated, and hold up nobody', () => {
  const world = new SimulatedWorld(
    { quotas: [aQuota({ concurrency: 2 })], budgets: [], prices: undefined },
    { take: () => undefined, tokensOf: () => 150, latencyMs: () => 1_000 },
  );
  for (const id of ['1', '2']) world.ask(aCall(id), 'dies');
  world.at(500, () => world.kill('dies'));
  world.at(600, () => world.ask(aCall('3'), 'lives'));
  world.run();
  expect(world.ended.map(({ id }) => id)).toEqual(['3']);
  expect(world.ledger.get('call/1')).toBeUndefined();
  expect(world.ledger.get('call/1/dies')).toMatchObject({ status: 'unknown' });
  expect(world.ledger.get('spent/2026-11-30/a/mail/acme-ai/small')).toMatchObject({ calls: 3, unknown: 2 });
});

test('a call that is made again stays listed as unknown, and counts twice, until its first process says what became of it', () => {
  const world = new SimulatedWorld(
    { quotas: [aQuota({ concurrency: 2 })], budgets: [], prices: undefined },
    { take: () => undefined, tokensOf: () => 150, latencyMs: () => 1_000 },
  );
  world.ask(aCall('1'), 'loses');
  world.at(500, () => world.kill('loses'));
  world.at(1_500, () => world.ask(aCall('1'), 'again'));
  world.run();
  expect(world.ended.map(({ id }) => id)).toEqual(['1']);
  expect(world.ledger.get('call/1/loses')).toMatchObject({ status: 'unknown' });
  expect(world.ledger.get('spent/2026-11-30/a/mail/acme-ai/small')).toMatchObject({ calls: 2, unknown: 1 });
  world.restart();
  world.tell({ type: 'call.ended', process: 'loses', call: aCall('1'), outcome: 'answered' });
  world.run();
  expect(world.ledger.get('call/1/loses')).toBeUndefined();
  expect(world.ledger.get('spent/2026-11-30/a/mail/acme-ai/small')).toMatchObject({ calls: 2, unknown: 1 });
});

test('a call that asked for no turn is listed as unknown once, whoever tells of it', () => {
  const world = new SimulatedWorld(
    { quotas: [], budgets: [], prices: undefined },
    { take: () => undefined, tokensOf: () => 150, latencyMs: () => 1_000 },
  );
  const lost = { type: 'call.ended', process: 'p', call: aCall('1'), outcome: 'unknown', unasked: true } as const;
  for (const event of [lost, lost]) world.tell(event);
  world.run();
  expect(world.ledger.get('call/1/p')).toMatchObject({ status: 'unknown' });
  expect(world.ledger.get('spent/2026-11-30/a/mail/acme-ai/small')).toMatchObject({ calls: 1, unknown: 1 });
});

test('a provider that fails again and again is left alone for a while, and tried with one call', () => {
  const world = new SimulatedWorld(
    { quotas: [aQuota({ breaker: { failures: 3, pauseMs: 10_000 } })], budgets: [], prices: undefined },
    { take: () => undefined, tokensOf: () => 150, latencyMs: () => 100_000 },
  );
  for (const id of ['1', '2', '3']) {
    world.ask(aCall(id), 'p');
    world.run(Number(id) * 100);
    world.tell({ type: 'call.ended', process: 'p', call: aCall(id), outcome: 'failed' });
  }
  world.at(400, () => world.ask(aCall('4'), 'p'));
  world.run(500);
  expect(world.refused).toEqual([{ id: '4', why: 'provider-down' }]);
  world.at(12_000, () => ['5', '6'].forEach((id) => world.ask(aCall(id), 'p')));
  world.run(12_500);
  expect([world.ledger.get('call/5'), world.ledger.get('call/6')]).toEqual([
    expect.objectContaining({ status: 'running' }),
    undefined,
  ]);
});

test('a call that is larger than the quota is refused, and not waited for', () => {
  const world = new SimulatedWorld(
    { quotas: [aQuota({ tokens: 1_000 })], budgets: [], prices: undefined },
    { take: () => undefined, tokensOf: () => 150, latencyMs: () => 100 },
  );
  world.ask(aCall('1', { estimate: { input: 900, output: 200 } }), 'p');
  world.run();
  expect(world.refused).toEqual([{ id: '1', why: 'too-large' }]);
});
