import { hash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Broker } from '@millrace/broker';
import { blobsIn, type BlobReference, BLOB_KEY, randomId } from '@millrace/contracts';
import { defineStage, includes, pipeline } from '@millrace/pipeline';
import type { Runtime } from '@millrace/runtime';
import { type In, type StageRun, startStages } from '@millrace/stage';
import { fake } from '@millrace/testing';
import { z } from 'zod';
import type { Api } from '../api.js';
import { until } from '../processes.js';

const Document = z.object({ subject: z.string(), content: z.string() });
const Read = z.object({
  subject: z.string(),
  text: z.string(),
  pages: z.array(z.object({ no: z.number(), text: z.string() })),
});
const read = defineStage({ name: 'read', input: Document, output: Read });
const count = defineStage({
  name: 'count',
  input: z.object({ text: z.string() }),
  output: z.object({ length: z.number() }),
});
const total = defineStage({
  name: 'total',
  input: z.object({ lengths: z.array(z.object({ length: z.number() })) }),
  output: z.object({ total: z.number() }),
});
const documents = pipeline({ name: 'documents', input: Document }, ({ input, step, map }) => {
  const seen = step('read', read, input);
  // The expression reads a large text; the map goes over a list that is large.
  const counted = step('counted', count, { text: seen.text }, { when: includes(seen.text, 'NEEDLE') });
  const lengths = map('each', seen.pages, (page) => step('page', count, { text: page.text }));
  const sum = step('sum', total, { lengths });
  // Both read the input when the first step has ended: a stage, and the coordinator.
  const again = step('again', count, { text: input.content }, { after: [seen] });
  const found = step(
    'found',
    count,
    { text: seen.subject },
    { when: includes(input.content, 'needle'), after: [seen] },
  );
  return { subject: seen.subject, text: seen.text, sum, counted, again, found };
});

/** The number of pages of a document: enough for chunks, and together larger than the threshold. */
const PAGES = 220;
const PAGE = 1_500;
/** Values of more characters travel as references. */
export const THRESHOLD = 131_072;

interface View {
  readonly id: string;
  readonly status: string;
  readonly output?: {
    readonly subject: string;
    readonly text: unknown;
  };
  readonly steps: readonly {
    readonly name: string;
    readonly status: string;
    readonly output?: unknown;
    readonly failure?: { readonly code: string; readonly message: string };
  }[];
}

/** An installation that serves no stage yet, with blobs in a folder. */
export interface LargeUnderTest {
  readonly gateways: readonly Api[];
  /** The process of the stages. */
  readonly installation: Runtime;
  readonly folder: string;
}

/** Tests from the outside that large values travel as references: see `large.spec.ts` and `large.integration.ts`. `kill` ends all coordinators as by a crash; they start again. */
export function largeSuite(place: () => LargeUnderTest, kill?: () => Promise<void>): void {
  let nth = 0;
  const api = () => place().gateways[nth++ % place().gateways.length]!;
  const view = (id: string) => api().get<View>(`/v1/runs/${id}`);
  const start = async (input: object, headers: Record<string, string> = {}): Promise<string> => {
    const answer = await api().post('/v1/runs', { pipeline: 'documents', input }, headers);
    expect(answer.status).toBe(202);
    return ((await answer.json()) as { id: string }).id;
  };
  const settled = (id: string, status: string) =>
    until(`${id} is ${status}`, async () => {
      const found = await view(id).catch(() => undefined);
      return found?.status === status && found;
    });
  const contentOf = (size: number): string => `${randomId('doc')} needle ${'x'.repeat(size)}`;
  const fileOf = ({ [BLOB_KEY]: { run, sha256 } }: BlobReference) => join(place().folder, run.slice(-2), run, sha256);
  const only = (value: unknown): BlobReference => {
    const [reference] = blobsIn(value);
    if (!reference) throw new Error('There is no reference.');
    return reference;
  };

  const calls = new Map<string, number>();
  const gates = new Map<string, Promise<void>>();
  async function reading({ subject, content }: In<typeof read>, run: StageRun) {
    calls.set(run.id, (calls.get(run.id) ?? 0) + 1);
    await gates.get(subject);
    const pages =
      subject === 'small' ? [] : Array.from({ length: PAGES }, (_, no) => ({ no, text: `${no} `.padEnd(PAGE, 'p') }));
    return { subject, text: content.toUpperCase(), pages };
  }

  let stages: Awaited<ReturnType<typeof startStages>>;
  beforeAll(async () => {
    const summing = fake(total, ({ lengths }) => ({ total: lengths.reduce((sum, { length }) => sum + length, 0) }));
    const counting = fake(count, ({ text }) => ({ length: text.length }));
    stages = await startStages(place().installation, [fake(read, reading), counting, summing]);
    const { plan } = documents;
    const deploy = async () => (await api().post('/v1/pipelines/documents/versions', { plan })).ok;
    await until('the pipeline is deployed', deploy);
  }, 60_000);
  afterAll(() => stages.drain(5_000));

  test('a large input and a large output reach stages, expressions, maps and the result, and no record holds them', async () => {
    const content = contentOf(400_000);
    const run = await start({ subject: 'one', content });
    const { output, steps } = await settled(run, 'completed');
    expect(output).toMatchObject({
      subject: 'one',
      text: { [BLOB_KEY]: { run, as: 'text', bytes: content.length } },
      sum: { total: PAGES * PAGE },
      counted: { length: content.length },
      again: { length: content.length },
      found: { length: 'one'.length },
    });
    expect(steps.find(({ name }) => name === 'read')!.status).toBe('completed');
    const { broker, topics } = place().installation;
    const names = [topics.intake, topics.runs, topics.results, topics.stage('read'), topics.stage('count')];
    const sizes = await Promise.all(names.map((topic) => largestOf(broker, topic)));
    expect(Math.max(...sizes)).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThan(3 * THRESHOLD);
    expect(calls.get(run)).toBe(1);
  }, 120_000);

  test('the bytes of a reference can be downloaded, and have its checksum', async () => {
    const content = contentOf(200_000);
    const { output } = await settled(await start({ subject: 'two', content }), 'completed');
    const { run, sha256 } = only(output)[BLOB_KEY];
    const answer = await api().download(`/v1/blobs/${run}/${sha256}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, hash('sha256', bytes), bytes.toString()]).toEqual([200, sha256, content.toUpperCase()]);
    const none = await api().download(`/v1/blobs/${run}/${'0'.repeat(64)}`);
    expect([none.status, ((await none.json()) as { code: string }).code]).toEqual([404, 'UNKNOWN_BLOB']);
  }, 120_000);

  test('the same large input under the same key is one run, and another one is refused', async () => {
    const key = { 'idempotency-key': randomId('key') };
    const content = contentOf(200_000);
    const runs = [await start({ subject: 'three', content }, key), await start({ subject: 'three', content }, key)];
    expect(new Set(runs).size).toBe(1);
    const other = await api().post('/v1/runs', { pipeline: 'documents', input: { subject: 'x', content } }, key);
    expect(((await other.json()) as { code: string }).code).toBe('IDEMPOTENCY_KEY_REUSED');
    await settled(runs[0]!, 'completed');
  }, 120_000);

  test('a reference that a caller makes up is refused: nobody reads what belongs to another run', async () => {
    const { output } = await settled(await start({ subject: 'four', content: contentOf(200_000) }), 'completed');
    const body = { pipeline: 'documents', input: { subject: 'forged', content: only(output) } };
    const answer = await api().post('/v1/runs', body);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([422, 'INVALID_VALUE']);
  }, 120_000);

  test.each(['missing', 'damaged'])(
    'a blob that is %s parks the step with a failure that names it, and the run goes on when the blob is back',
    async (how) => {
      const { promise: gate, resolve: open } = Promise.withResolvers<void>();
      const subject = randomId('gated');
      gates.set(subject, gate);
      const run = await start({ subject, content: contentOf(300_000) });
      await until('the stage reads', () => calls.get(run) === 1);
      const { items } = await api().get<{ items: { type: string; input?: unknown }[] }>(`/v1/runs/${run}/history`);
      const file = fileOf(only(items[0]!.input));
      const bytes = await readFile(file);
      if (how === 'missing') await rm(file);
      else await writeFile(file, bytes.subarray(1));
      open();
      const parked = await until('both steps that read the input are parked', async () => {
        const steps = (await view(run)).steps.filter(({ status }) => status === 'dead-lettered');
        return steps.length === 2 && steps;
      });
      const code = how === 'missing' ? 'BLOB_MISSING' : 'BLOB_DAMAGED';
      const { sha256 } = only(items[0]!.input)[BLOB_KEY];
      for (const { failure } of parked)
        expect(failure).toMatchObject({ code, message: expect.stringContaining(`${run}/${sha256}`) });
      await writeFile(file, bytes);
      const letters = await api().get<{ items: { id: string; run: string }[] }>(
        `/v1/dead-letters?status=open&limit=200`,
      );
      for (const letter of letters.items.filter((one) => one.run === run))
        expect((await api().post(`/v1/dead-letters/${letter.id}/redrive`, {})).status).toBe(202);
      const { output } = await settled(run, 'completed');
      expect(output).toMatchObject({ found: { length: subject.length } });
      expect(calls.get(run)).toBe(1);
    },
    120_000,
  );

  test('a replay has blobs of its own, which stay when those of the other run are gone', async () => {
    const content = contentOf(250_000);
    const first = await start({ subject: 'five', content });
    await settled(first, 'completed');
    const answer = await api().post(`/v1/runs/${first}/replay`, { from: 'counted' });
    expect(answer.status).toBe(202);
    const { id: replay } = (await answer.json()) as { id: string };
    await settled(replay, 'completed');
    await rm(join(place().folder, first.slice(-2), first), { recursive: true });
    const again = await api().post(`/v1/runs/${replay}/replay`, { from: 'again' });
    const { id } = (await again.json()) as { id: string };
    const { output } = await settled(id, 'completed');
    expect(blobsIn(output).map((reference) => reference[BLOB_KEY].run)).toEqual([id]);
    expect(output).toMatchObject({ again: { length: content.length } });
    expect(calls.get(replay)).toBeUndefined();
  }, 120_000);

  // On the embedded log the coordinator is in the process of the tests.
  (kill ? test : test.skip)(
    'runs with large values complete when the coordinators are killed meanwhile',
    async () => {
      const runs = await Promise.all(
        Array.from({ length: 12 }, (_, n) => start({ subject: `killed ${n}`, content: contentOf(150_000 + n) })),
      );
      await until('some have begun', () => runs.some((run) => calls.has(run)));
      await kill?.();
      for (const run of runs) await settled(run, 'completed');
      expect(runs.map((run) => calls.get(run))).toEqual(runs.map(() => 1));
    },
    180_000,
  );

  test('a small value leaves nothing in the blob store', async () => {
    const run = await start({ subject: 'small', content: 'needle' });
    await until(`${run} has read`, () => calls.get(run) === 1);
    expect(await readdir(join(place().folder, run.slice(-2), run)).catch(() => [])).toEqual([]);
  });
}

/** Returns the number of bytes of the largest record of a topic. */
async function largestOf(broker: Broker, topic: string): Promise<number> {
  let largest = 0;
  for (let partition = 0; partition < (await broker.partitionsOf(topic)); partition++)
    for (let offset = 0; ;) {
      const records = await broker.browse({ topic, partition, offset, limit: 100 });
      const last = records.at(-1);
      if (!last) break;
      largest = Math.max(largest, ...records.map(({ value }) => value?.length ?? 0));
      offset = last.offset + 1;
    }
  return largest;
}
