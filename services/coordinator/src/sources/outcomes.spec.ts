import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { intakeRecord, outcomeRecord, randomId, runIdOf } from '@millrace/contracts';
import { pipeline } from '@millrace/pipeline';
import { openRuntime, type Running, serviceSettings } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { z } from 'zod';
import { startCoordinator } from '../index.js';
import { until } from '../testing/until.js';

const Ticket = z.object({ ticket: z.string() });
const tickets = pipeline({ name: 'tickets', input: Ticket }, ({ input, review, attributes }) => {
  attributes({ ticket: input.ticket });
  return review('approve', Ticket, { show: input });
});

const dataDir = await mkdtemp(join(tmpdir(), 'millrace-outcomes-'));
const runtime = await openRuntime('coordinator', { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir });
const store = await openStore({ databaseUrl: undefined, dataDir });
const { broker, topics } = runtime;
let running: Running | undefined;

beforeAll(async () => {
  running = await startCoordinator(runtime, { store, pipelines: [tickets] });
  await until(async () => (await running!.ready()) === true);
}, 60_000);
afterAll(async () => {
  await running?.drain(2_000);
  await store[Symbol.asyncDispose]();
  await runtime[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

async function started(): Promise<{ run: string; ticket: string }> {
  const ticket = randomId('ticket');
  const input = { ticket };
  const asked = { pipeline: 'tickets', key: ticket, input, source: '/tests', at: Date.now() };
  await broker.publish([intakeRecord(topics, asked)]);
  const run = runIdOf('tickets', ticket);
  await until(async () => (await store.reader.run(run))?.status === 'waiting');
  return { run, ticket };
}

const outcomesOf = (run: string, count: number) =>
  until(async () => {
    const found = await store.reader.outcomes(run);
    return found.length >= count && found.map(({ name, value, by }) => [name, value, by]);
  });

test('a system that knows no ids of runs says what became of one by its business key, on the topic', async () => {
  const { run, ticket } = await started();
  const value = JSON.stringify({
    attribute: { name: 'ticket', value: ticket },
    name: 'refund',
    value: 12.5,
    by: 'erp',
  });
  await broker.publish([{ topic: topics.outcomes, key: ticket, value }]);
  expect(await outcomesOf(run, 1)).toEqual([['refund', 12.5, 'erp']]);
}, 30_000);

test('the same outcome twice is one; an outcome after it is another', async () => {
  const { run } = await started();
  const rating = outcomeRecord(topics, { id: randomId('o'), run, name: 'rating', value: 4 });
  await broker.publish([rating, rating, outcomeRecord(topics, { run, name: 'resolved', value: true })]);
  expect((await outcomesOf(run, 2)).map(([name]) => name).sort()).toEqual(['rating', 'resolved']);
}, 30_000);

test('an outcome of no run, and a record that is none, are dead letters with their bytes; the others go on', async () => {
  const { run } = await started();
  const mark = randomId('ticket');
  const lost = { attribute: { name: 'ticket', value: mark }, name: 'refund', value: 1 };
  const records = [JSON.stringify(lost), JSON.stringify({ mark, name: 'refund' })];
  await broker.publish(records.map((value) => ({ topic: topics.outcomes, key: mark, value })));
  await broker.publish([outcomeRecord(topics, { run, name: 'rating', value: 2 })]);
  await outcomesOf(run, 1);
  const letters = await until(async () => {
    const { items } = await store.reader.deadLetters({ limit: 20 });
    const ours = items.filter(({ record }) => record?.topic === topics.outcomes);
    return ours.length === 2 && ours;
  });
  expect(letters.map(({ failure }) => failure.code).sort()).toEqual(['INVALID_RECORD', 'OUTCOME_UNMATCHED']);
  const bytes = letters.map(({ record }) => Buffer.from(record!.value!, 'base64').toString());
  expect(bytes.sort()).toEqual([...records].sort());
}, 30_000);
