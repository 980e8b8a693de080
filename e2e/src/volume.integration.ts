import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Incoming } from '@millrace/broker';
import { parseExamples } from '@millrace/ai';
import { type RunResult } from '@millrace/contracts';
import { Api } from './api.js';
import { install } from './installation.js';
import { ROOT, until } from './processes.js';
import { startStandalone } from './standalone-process.js';

/** The number of customers' questions that are asked; E2E_ROWS=50 is quick. */
const ROWS = Number(process.env['E2E_ROWS'] ?? 1_000);
const AT_ONCE = 16;
const MINUTES = 60_000;

const DATA = join(ROOT, '../shared/data');
const MAILS = join(DATA, 'mail');
const QUESTIONS = join(DATA, 'banking77/train.csv');
const there = existsSync(MAILS) && existsSync(QUESTIONS);
const withData = there ? describe : describe.skip;
const about = there ? '' : ` (skipped: ../shared/data/mail and ../shared/data/banking77 are not beside this checkout)`;

/** Returns the inputs of the runs, by idempotency key. */
function inputs(): ReadonlyMap<string, Uint8Array | object> {
  const files = readdirSync(MAILS, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const mails = files.map(({ parentPath, name }, i) => [`mail-${i}`, readFileSync(join(parentPath, name))] as const);
  const questions = parseExamples(readFileSync(QUESTIONS, 'utf8'))
    .slice(0, ROWS)
    .map(({ text }, i) => [`question-${i}`, { from: `customer-${i}@example.com`, text }] as const);
  return new Map<string, Uint8Array | object>([...mails, ...questions]);
}

/** Asks for all of it; the runs that came of it. */
async function startAll(api: Api): Promise<readonly string[]> {
  const waiting = [...inputs()];
  const ids: string[] = [];
  const one = async () => {
    for (let next; (next = waiting.pop());) ids.push(await api.start(next[1], next[0]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return ids;
}

/** Statuses when each run has been seen and none is at work any more. */
async function allSettled(api: Api, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return until(
    `${ids.length} runs settle`,
    async () => {
      if ((await api.get<{ items: unknown[] }>('/v1/runs?status=running&limit=1')).items.length > 0) return undefined;
      const statuses = await api.statuses();
      return ids.every((id) => statuses.has(id)) && ![...statuses.values()].includes('running') && statuses;
    },
    10 * MINUTES,
  );
}

async function expectEachEndedOnceWithAReason(api: Api, ids: readonly string[]): Promise<readonly string[]> {
  expect(new Set(ids).size).toBe(inputs().size);
  const statuses = await allSettled(api, ids);
  expect([...statuses.keys()].sort()).toEqual([...ids].sort());
  const counts: Record<string, number> = {};
  for (const id of ids) {
    const status = statuses.get(id)!;
    counts[status] = (counts[status] ?? 0) + 1;
    const results = (await api.history(id)).flatMap(({ type, step }) => (type === 'step.completed' ? [step] : []));
    expect([id, results.length]).toEqual([id, new Set(results).size]);
    if (status === 'completed') continue;
    const { steps } = await api.run(id);
    if (status === 'waiting') expect(steps.find((step) => step.status === 'waiting')?.name).toBe('approve');
    else {
      expect(status).toBe('dead-lettered');
      expect(steps.find((step) => step.status === 'dead-lettered')?.failure?.code).toMatch(/^[A-Z_]+$/);
    }
  }
  process.stdout.write(
    `${ids.length} runs: ${Object.entries(counts)
      .map(([status, n]) => `${n} ${status}`)
      .join(', ')}\n`,
  );
  return ids.filter((id) => statuses.get(id) === 'completed');
}

withData(`every mail and ${ROWS} customers' questions${about}`, () => {
  test(
    'in one process each ends completed, before a person, or parked with a reason; each reply is one mail',
    async () => {
      await using installation = await startStandalone();
      const completed = await expectEachEndedOnceWithAReason(installation.api, await startAll(installation.api));
      expect([...(await installation.outbox())].sort()).toEqual(completed.map((id) => `${id}.send.eml`).sort());
    },
    15 * MINUTES,
  );

  test(
    'on Kafka each ends completed, before a person, or parked with a reason; each completed run is one result',
    async () => {
      await using installation = await install();
      const api = new Api(installation.gateway);
      const completed = await expectEachEndedOnceWithAReason(api, await startAll(api));
      const runOf = ({ value }: Incoming) => (JSON.parse(value!.toString()) as RunResult).run;
      const results = async () => (await installation.read(installation.topics.results)).map(runOf);
      await until('all results are there', async () => (await results()).length >= completed.length);
      expect((await results()).sort()).toEqual([...completed].sort());
    },
    15 * MINUTES,
  );
});
