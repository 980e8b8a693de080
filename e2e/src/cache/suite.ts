import { randomId } from '@millrace/contracts';
import { defineStage, pipeline } from '@millrace/pipeline';
import { type In, type StageRun, startStages } from '@millrace/stage';
import { fake } from '@millrace/testing';
import { z } from 'zod';
import type { Runtime } from '@millrace/runtime';
import type { Api } from '../api.js';
import { until } from '../processes.js';

const Text = z.object({ text: z.string() });
const embed = defineStage({ name: 'embed', version: '1', input: Text, output: Text });
const embedding = pipeline({ name: 'embedding', input: Text }, ({ input, step }) =>
  step('embed', embed, input, { cache: '1h', retry: { maxAttempts: 5, initialMs: 10 } }),
);

interface View {
  readonly id: string;
  readonly status: string;
  readonly output?: { readonly text: string };
  readonly steps: readonly {
    readonly attempts: readonly unknown[];
    readonly cached?: { readonly run: string; readonly storedAt: string };
  }[];
}

/** An installation that serves no stage yet. */
export interface CacheUnderTest {
  readonly gateways: readonly Api[];
  /** The process of the stage. */
  readonly installation: Runtime;
}

const TEXTS = 10;
const RUNS = 200;

/** Tests from the outside that outputs are reused: see `cache.spec.ts` and `cache.integration.ts`. `kill` ends all coordinators as by a crash; they start again. */
export function cacheSuite(place: () => CacheUnderTest, kill?: () => Promise<void>): void {
  let nth = 0;
  const api = () => place().gateways[nth++ % place().gateways.length]!;
  const view = (id: string) => api().get<View>(`/v1/runs/${id}`);
  const start = async (text: string, tenant?: string): Promise<string> => {
    const body = { pipeline: 'embedding', input: { text }, ...(tenant !== undefined && { tenant }) };
    const answer = await api().post('/v1/runs', body);
    expect(answer.status).toBe(202);
    return ((await answer.json()) as { id: string }).id;
  };
  const completed = (id: string) =>
    until(`${id} completes`, async () => {
      // A connection may have been closed while nothing was asked for.
      const found = await view(id).catch(() => undefined);
      return found?.status === 'completed' && found;
    });
  /** The texts that were executed, and of each whether it is being executed. */
  const executed: string[] = [];
  const underWay = new Set<string>();
  const overlaps: string[] = [];
  /** Texts that fail the first time, and those whose execution waits. */
  const failing = new Set<string>();
  const gates = new Map<string, Promise<void>>();

  async function work({ text }: In<typeof embed>, run: StageRun): Promise<{ text: string }> {
    executed.push(text);
    if (underWay.has(text)) overlaps.push(text);
    underWay.add(text);
    await (gates.get(text) ?? new Promise(setImmediate));
    underWay.delete(text);
    if (failing.delete(text)) throw new Error('The first one fails.');
    return { text: `${text} by ${run.id}` };
  }

  let stage: Awaited<ReturnType<typeof startStages>>;
  beforeAll(async () => {
    stage = await startStages(place().installation, [fake(embed, work)]);
    const { plan } = embedding;
    // Until the gateway has read what the stage has announced, nobody serves it.
    await until(
      'the pipeline is deployed',
      async () => (await api().post('/v1/pipelines/embedding/versions', { plan })).ok,
    );
  }, 60_000);
  afterAll(() => stage.drain(5_000));

  test(`of ${RUNS} runs with ${TEXTS} texts, over all coordinators, each text is executed once at a time and once in all; the others say whose output they have`, async () => {
    const texts = Array.from({ length: TEXTS }, () => randomId('text'));
    const runs = await Promise.all(Array.from({ length: RUNS }, (_, n) => start(texts[n % TEXTS]!)));
    const views = await Promise.all(runs.map(completed));
    for (const [n, text] of texts.entries()) {
      expect(executed.filter((one) => one === text)).toHaveLength(1);
      const own = views.filter((_, i) => i % TEXTS === n);
      const [executor, another] = own.filter(({ steps }) => !steps[0]!.cached);
      expect(another).toBeUndefined();
      for (const { output } of own) expect(output).toEqual({ text: `${text} by ${executor!.id}` });
      const cached = own.flatMap(({ steps }) => steps[0]!.cached ?? []);
      expect(cached).toHaveLength(RUNS / TEXTS - 1);
      expect(new Set(cached.map(({ run }) => run))).toEqual(new Set([executor!.id]));
    }
    expect(overlaps).toEqual([]);
  }, 120_000);

  test('a failed execution is given to nobody, and another one goes on', async () => {
    const text = randomId('text');
    failing.add(text);
    const runs = await Promise.all(Array.from({ length: 10 }, () => start(text)));
    const views = await Promise.all(runs.map(completed));
    expect(executed.filter((one) => one === text)).toHaveLength(2);
    expect(new Set(views.map(({ output }) => output!.text)).size).toBe(1);
    expect(overlaps).toEqual([]);
  }, 120_000);

  test('no output goes from one tenant to another', async () => {
    const text = randomId('text');
    for (const tenant of ['acme', 'bolt', 'acme', undefined]) await completed(await start(text, tenant));
    expect(executed.filter((one) => one === text)).toHaveLength(3);
  }, 120_000);

  test('a stage that announces another version is asked again', async () => {
    const text = randomId('text');
    await completed(await start(text));
    const { name, input, output } = embed;
    const next = await startStages(place().installation, [
      fake(defineStage({ name, input, output, version: randomId('v') }), work),
    ]);
    try {
      await until('the version is known', async () => {
        await completed(await start(text));
        return executed.filter((one) => one === text).length === 2;
      });
    } finally {
      await next.drain(5_000);
    }
  }, 60_000);

  if (kill)
    test('coordinators that are killed while runs wait for the output of another one lose none of them', async () => {
      const text = randomId('text');
      const gate = Promise.withResolvers<void>();
      gates.set(text, gate.promise);
      const runs = await Promise.all(Array.from({ length: 40 }, () => start(text)));
      await until('one is executed', () => Promise.resolve(executed.includes(text)));
      await kill();
      gate.resolve();
      const views = await Promise.all(runs.map(completed));
      expect(executed.filter((one) => one === text)).toHaveLength(1);
      expect(views.filter(({ steps }) => steps[0]!.cached)).toHaveLength(39);
    }, 240_000);
}
