import { type MadeCall, modelRecord, PRICES_KEY } from '@millrace/contracts';
import { World } from '../testing/world.js';
import { runOf, start } from '../testing/console.js';

const CALL: MadeCall = {
  ...{ prompt: 'classify', operation: 'chat', provider: 'acme-ai', model: 'large', ms: 1_200 },
  ...{ hop: { index: 0, name: 'model' }, tokens: { input: 1_000, output: 100 }, finish: 'stop' },
};
const prices = [{ provider: 'acme-ai', model: 'large', input: 2, output: 10 }];

async function callsOf(
  items: readonly MadeCall[],
  { total, priced = true }: { total?: number; priced?: boolean } = {},
) {
  await using world = await World.open();
  const value = { version: '1', currency: 'EUR', prices, at: 1 };
  if (priced)
    await world.runtime.broker.publish([modelRecord(world.runtime.topics, PRICES_KEY, { value, id: 'evt_1' })]);
  const id = await start(world, 'Hi');
  const calls = { items: [...items], ...(total !== undefined && { total }) };
  world.completed(id, 'classify', { label: 'refund', confidence: 1 }, { next: ['draft'], calls });
  return (await runOf(world, id)).steps.find(({ name }) => name === 'classify')!.attempts[0]!;
}

test('an attempt shows the calls of models that it made, with their costs by the prices of now', async () => {
  const attempt = await callsOf([{ ...CALL, code: 'MODEL_BUSY' }, CALL], { total: 5 });
  expect(attempt.calls).toMatchObject([{ code: 'MODEL_BUSY' }, { ...CALL, cost: { money: 0.003, currency: 'EUR' } }]);
  expect(attempt.callsLeftOut).toBe(3);
});

test.each<[string, Partial<MadeCall>]>([
  ['of a model without a price', { model: 'unheard-of' }],
  ['whose provider says nothing of tokens', { tokens: undefined }],
  ['of which only the prompt’s tokens are known', { tokens: { input: 7 } }],
])('a call %s has no cost, which is not the same as none', async (_, more) => {
  const { calls } = await callsOf([JSON.parse(JSON.stringify({ ...CALL, ...more })) as MadeCall]);
  expect(calls![0]).not.toHaveProperty('cost');
});

test('a kept answer costs nothing, and where no prices are set no cost is shown', async () => {
  expect((await callsOf([{ ...CALL, isKept: true }])).calls![0]!.cost).toEqual({ money: 0, currency: 'EUR' });
  expect((await callsOf([CALL], { priced: false })).calls).toEqual([CALL]);
});
