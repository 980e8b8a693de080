import { type AttemptTicket, signTicket } from '@millrace/contracts';
import { Accepted, Problem } from '@millrace/contracts/http';
import { World } from '../testing/world.js';

const KEY = 'a key of at least thirty-two characters';

/** A run whose first step waits for a callback, and its ticket. */
async function waitingRun(world: World): Promise<AttemptTicket> {
  const response = await fetch(`${world.url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'one' },
    body: JSON.stringify({ pipeline: 'reply', input: { text: 'Where is my refund?' } }),
  });
  const { id: run } = Accepted.parse(await response.json());
  const contract = { input: {}, output: { type: 'object', required: ['label'] }, summary: 'About {label}' };
  const record = { topic: world.runtime.topics.contracts, key: 'classify', value: JSON.stringify(contract) };
  await world.runtime.broker.publish([record]);
  const at = Date.now();
  const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  return { run, step: 'classify', attempt: 1, stage: 'classify', startedAt: at, expires: at + 3_600_000, trace };
}

interface CallBack {
  readonly body?: unknown;
  readonly type?: string;
  readonly key?: string;
}

async function callBack(world: World, ticket: AttemptTicket, { body, type, key = KEY }: CallBack = {}) {
  const response = await fetch(`${world.url}/v1/callbacks?token=${signTicket(ticket, key)}`, {
    method: 'POST',
    headers: { 'content-type': type ?? 'application/json' },
    body: JSON.stringify(body ?? { label: 'refund', confidence: 0.9 }),
  });
  const said: unknown = await response.json();
  return { status: response.status, code: response.ok ? undefined : Problem.parse(said).code };
}

test('an endpoint that said 202 answers its step once; later answers are told that they are too late', async () => {
  await using world = await World.open({ callbackKey: KEY });
  const ticket = await waitingRun(world);
  expect(await callBack(world, ticket)).toEqual({ status: 202, code: undefined });
  const completed = world.facts(ticket.run).filter(({ type }) => type === 'step.completed');
  expect(completed).toMatchObject([
    {
      step: 'classify',
      attempt: 1,
      output: { label: 'refund', confidence: 0.9 },
      summary: 'About refund',
      startedAt: ticket.startedAt,
      trace: ticket.trace,
    },
  ]);
  expect(await callBack(world, ticket, { body: { label: 'other' } })).toEqual({ status: 410, code: 'CALLBACK_OVER' });
  expect(world.facts(ticket.run).filter(({ type }) => type === 'step.completed')).toHaveLength(1);
});

test('a problem fails the step, with its code and permanence', async () => {
  await using world = await World.open({ callbackKey: KEY });
  const ticket = await waitingRun(world);
  const problem = { status: 422, code: 'TOO_LONG', detail: 'It has more than an hour.' };
  expect((await callBack(world, ticket, { type: 'application/problem+json', body: problem })).status).toBe(202);
  expect(world.facts(ticket.run).find(({ type }) => type === 'step.failed')).toMatchObject({
    failure: { code: 'TOO_LONG', kind: 'permanent', message: 'It has more than an hour.' },
  });
  expect(await callBack(world, ticket)).toEqual({ status: 410, code: 'CALLBACK_OVER' });
});

test('an output that does not fit the contract is refused with its place, and the step goes on waiting', async () => {
  await using world = await World.open({ callbackKey: KEY });
  const ticket = await waitingRun(world);
  expect(await callBack(world, ticket, { body: { lable: 'refund' } })).toEqual({ status: 422, code: 'INVALID_ANSWER' });
  expect((await callBack(world, ticket)).status).toBe(202);
});

test.each<[string, (ticket: AttemptTicket) => AttemptTicket, CallBack, string]>([
  ['signed with another key', (ticket) => ticket, { key: `${KEY}!` }, 'UNKNOWN_CALLBACK'],
  ['of an attempt whose time is over', (ticket) => ({ ...ticket, expires: Date.now() - 1 }), {}, 'CALLBACK_OVER'],
])('an answer that is %s changes nothing', async (_, changed, how, code) => {
  await using world = await World.open({ callbackKey: KEY });
  const ticket = changed(await waitingRun(world));
  expect((await callBack(world, ticket, how)).code).toBe(code);
  expect(world.facts(ticket.run).filter(({ type }) => type === 'step.completed')).toEqual([]);
});

test('an answer to an attempt that was given up is told so', async () => {
  await using world = await World.open({ callbackKey: KEY });
  const ticket = await waitingRun(world);
  world.failed(ticket.run, 'classify');
  expect((await callBack(world, ticket)).code).toBe('CALLBACK_OVER');
});

test('without a key no token is one', async () => {
  await using world = await World.open();
  expect((await callBack(world, await waitingRun(world))).code).toBe('UNKNOWN_CALLBACK');
});

test('an answer without a body is refused', async () => {
  await using world = await World.open({ callbackKey: KEY });
  const url = `${world.url}/v1/callbacks?token=${signTicket(await waitingRun(world), KEY)}`;
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' } });
  expect(Problem.parse(await response.json()).code).toBe('INVALID_JSON');
});
