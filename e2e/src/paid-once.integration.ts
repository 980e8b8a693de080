import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type FakeProvider, fakeProvider } from '@millrace/ai/testing';
import { MillraceClient, type StepTextEvent } from '@millrace/client';
import { install, type Installation } from './installation.js';
import { paidBy } from './models/mail-provider.js';
import { ROOT, Service, until } from './processes.js';

const MAIN = 'e2e/dist/quotas/stage-main.js';
const CALLS = 3;

const opening = new AsyncDisposableStack();
let installation: Installation;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  env = { PIPELINES: pathToFileURL(`${ROOT}e2e/dist/quotas/pipelines.js`).href };
  installation = opening.use(await install({ stages: [], others: { 'ask-1': MAIN, 'ask-2': MAIN }, env }));
}, 240_000);
afterAll(() => opening.disposeAsync());

const client = () => new MillraceClient({ url: installation.gateway });

/** Starts runs, each with three calls of a model in its one step. */
async function start(name: string, { runs, provider }: { runs: number; provider: FakeProvider }): Promise<string[]> {
  const input = { url: provider.url, text: 'Hello', calls: CALLS };
  const options = (index: number) => ({ idempotencyKey: `${name}-${index}` });
  const started = Array.from({ length: runs }, (_, index) =>
    client().runs.start({ pipeline: 'asked', input }, options(index)),
  );
  return (await Promise.all(started)).map(({ id }) => id);
}

/** Resolves when the runs have completed; returns how many calls are listed as unknown. */
async function completed(ids: readonly string[]): Promise<number> {
  for (const id of ids) expect((await client().runs.ended(id)).status).toBe('completed');
  const { calls } = await client().models.get();
  return calls.filter(({ status, run }) => status === 'unknown' && ids.includes(run)).length;
}

const slow = () =>
  fakeProvider({
    reply: async () => {
      await sleep(40);
      return { is: 'answer', content: { said: 'yes' } };
    },
  });

test('kill -9 of a process under load pays no call twice but those that were under way, which are listed', async () => {
  await using provider = await slow();
  const ids = await start('killed', { runs: 60, provider });
  await until('a third of the calls are made', () => provider.requests.length >= 60);
  await installation.services.get('ask-1')?.kill9();
  await until('two thirds of the calls are made', () => provider.requests.length >= 120);
  await installation.services.get('ask-2')?.kill9();
  const unknown = await completed(ids);
  const { paid, needed } = paidBy(provider);
  expect(needed).toBe(60 * CALLS);
  expect(unknown).toBeGreaterThanOrEqual(paid - needed);
}, 240_000);

test('scaling out and a rolling restart pay no call twice', async () => {
  await using provider = await slow();
  const ids = await start('rolled', { runs: 60, provider });
  await until('some calls are made', () => provider.requests.length >= 30);
  {
    const first = installation.services.get('ask-1');
    const settings = { ...process.env, ...env, TOPIC_PREFIX: installation.prefix, LOG_LEVEL: 'warn' };
    await using third = await Service.start('ask-3', { file: MAIN, env: settings });
    await third.ready(240_000);
    process.kill(first?.pid ?? 0, 'SIGTERM');
    await until('more calls are made', () => provider.requests.length >= 120);
  }
  const unknown = await completed(ids);
  const { paid, needed } = paidBy(provider);
  expect(needed).toBe(60 * CALLS);
  // Calls in hand when a partition moves end first; the others are listed.
  expect(unknown).toBeGreaterThanOrEqual(paid - needed);
}, 240_000);

test('the gateway shows what a step writes in another process, and goes on where a viewer comes back', async () => {
  const said = 'one two three four five six seven eight nine ten';
  await using provider = await fakeProvider({ reply: () => ({ is: 'answer', content: { said }, everyMs: 300 }) });
  const input = { url: provider.url, text: 'Hello', streamed: true };
  const { id } = await client().runs.start({ pipeline: 'asked', input });
  await until('the call is made', () => provider.requests.length === 1);
  const events: StepTextEvent[] = [];
  for await (const event of client().runs.text({ run: id, step: 'ask' })) events.push(event);
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  expect(JSON.parse(text)).toEqual({ said });
  expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(2);
  expect(events.at(-1)).toEqual({ type: 'end', status: 'completed' });
}, 120_000);
