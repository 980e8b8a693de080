import { contractRecord } from '@millrace/contracts';
import { Problem } from '@millrace/contracts/http';
import { loadPlan } from '@millrace/pipeline/engine';
import { reply } from '../testing/reply.js';
import { World } from '../testing/world.js';

const runs = { pipeline: 'reply' };
const ask = async (world: World, kind: 'replay' | 'compare', body: object) => {
  const response = await fetch(`${world.url}/v1/jobs/${kind}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ runs, ...body }),
  });
  return { status: response.status, body: await response.json() };
};
const codeOf = ({ status, body }: Awaited<ReturnType<typeof ask>>) => [status, Problem.parse(body).code];

/** A second version, whose step `draft` waits for its stage for another time. */
function deploySecond(world: World): void {
  const draft = { ...reply.plan.steps['draft']!, timeoutMs: 12_345 };
  const second = loadPlan({ ...reply.plan, steps: { ...reply.plan.steps, draft } });
  world.plans.set(second.hash, second.plan);
  world.versions.push({ ...world.versions[0]!, version: 2, plan: second.hash });
}

test('a comparison names its steps or a version that differs: a run does not differ from itself', async () => {
  await using world = await World.open();
  deploySecond(world);
  expect(codeOf(await ask(world, 'compare', {}))).toEqual([422, 'MOVE_REFUSED']);
  expect(codeOf(await ask(world, 'compare', { steps: ['nowhere'] }))).toEqual([422, 'MOVE_REFUSED']);
  expect(world.letterRequests).toEqual([]);
  expect((await ask(world, 'compare', { to: 2, dryRun: true })).body).toMatchObject({ executed: ['draft'] });
  expect((await ask(world, 'compare', { steps: ['classify'], dryRun: true })).body).toMatchObject({
    executed: ['classify'],
  });
});

test('a job over steps with effects outside is refused by name, and the request says so where they are allowed', async () => {
  await using world = await World.open();
  const contract = { input: {}, output: {}, effects: true } as const;
  await world.runtime.broker.publish([contractRecord(world.runtime.topics, 'draft', { contract, id: 'evt_1' })]);
  for (const [kind, which] of [
    ['replay', { from: 'draft' }],
    ['compare', { steps: ['draft'] }],
  ] as const) {
    const refused = await ask(world, kind, which);
    expect(codeOf(refused)).toEqual([422, 'EFFECTS_NOT_ALLOWED']);
    expect(Problem.parse(refused.body).errors).toMatchObject([{ pointer: '/steps/draft' }]);
    expect((await ask(world, kind, { ...which, allowEffects: true })).status).toBe(202);
    expect(world.letterRequests.at(-1)).toMatchObject({ work: { kind, allowEffects: true } });
  }
  await ask(world, 'replay', { from: 'approve' });
  expect(world.letterRequests.at(-1)).not.toHaveProperty('work.allowEffects');
});
