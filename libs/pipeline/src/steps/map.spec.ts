import { z } from 'zod';
import { defineStage, eq, gt, orElse, pipeline, type Ref } from '../index.js';
import { handOff, inputOf, itemOf, loadPlan, planWithin, spreadOf, stagesOf } from '../engine.js';

const Document = z.object({ language: z.string(), chunks: z.array(z.object({ id: z.string(), text: z.string() })) });
const embed = defineStage({
  name: 'embed',
  input: z.object({ text: z.string(), language: z.string() }),
  output: z.object({ vector: z.array(z.number()) }),
});
const index = defineStage({
  name: 'index',
  input: z.object({ vectors: z.array(z.object({ vector: z.array(z.number()) })) }),
  output: z.object({ count: z.number() }),
});

const ingest = pipeline({ name: 'ingest', input: Document }, ({ input, map, step }) => {
  const vectors = map(
    'embed',
    input.chunks,
    (chunk) => step('embed', embed, { text: chunk.text, language: input.language }),
    { concurrency: 8, onItemFailure: 'skip' },
  );
  return step('index', index, { vectors });
});

describe('a map', () => {
  test('over one stage is that stage’s work for each item, which reads the steps around it by their names', () => {
    expect(ingest.plan.steps['embed']).toMatchObject({
      kind: 'map',
      over: { $ref: ['input', 'chunks'] },
      as: 'item',
      work: {
        kind: 'stage',
        stage: 'embed',
        input: { text: { $ref: ['item', 'text'] }, language: { $ref: ['input', 'language'] } },
      },
      concurrency: 8,
      onItemFailure: 'skip',
      predecessors: [],
    });
    expect(ingest.plan.steps['index']!.predecessors).toEqual(['embed']);
    expect(stagesOf(ingest.plan)).toEqual(['embed', 'index']);
    const known = { input: { language: 'en', chunks: [{ text: 'a' }, { text: 'b' }] } };
    expect(inputOf(ingest.loaded, 'embed[1]', known)).toEqual({ text: 'b', language: 'en' });
    expect(handOff(ingest.loaded, 'embed[1]', known)).toEqual({ wanted: [], skipped: [] });
  });

  test('over several steps is a plan of its own, which is given what it reads', () => {
    const { plan, loaded } = pipeline({ name: 'deep', input: Document }, ({ input, map, step }) => {
      const first = step('first', embed, { text: 'x', language: input.language });
      return map('outer', input.chunks, (chunk, at) => {
        const once = step('once', embed, { text: chunk.text, language: input.language }, { when: gt(at, 0) });
        return {
          once,
          inner: map('inner', first.vector, (n) => ({ n, chunk: chunk.id, once: once.vector }), { as: 'n' }),
        };
      });
    });
    const item = loaded.child('outer').plan;
    expect(item.given).toEqual(['input', 'first', 'item', 'itemIndex']);
    expect(item.steps['inner']).toMatchObject({ predecessors: ['once'], as: 'n' });
    expect(plan.steps['outer']!.predecessors).toEqual(['first']);
    const inner = loaded.child('outer[3]').child('inner[0]');
    expect(inner.hash).toBe(`${loaded.hash}/outer/inner`);
    expect(planWithin(loaded, inner.hash).plan).toEqual(inner.plan);
    expect(loadPlan(JSON.parse(JSON.stringify(plan))).hash).toBe(loaded.hash);
  });

  test('gives a list of what its items give, or says of each why it has none', () => {
    pipeline({ name: 'types', input: Document }, ({ input, map, step }) => {
      const lengths = map('lengths', input.chunks, (chunk) => ({ id: chunk.id, at: input.language }));
      const one: Ref<string | undefined> = lengths[0].id;
      const all = map('all', input.chunks, (chunk) => ({ id: chunk.id }), { onItemFailure: 'collect' });
      const failed: Ref<string | undefined> = all[0].failure.code;
      // @ts-expect-error nothing is given for an item that failed
      step('a', embed, { text: all[0].output.id, language: 'en' });
      // @ts-expect-error `txt` is no field of an item
      map('misspelt', input.chunks, (chunk) => chunk.txt);
      // @ts-expect-error a text is no list
      expect(() => map('text', input.language, (letter) => ({ letter }))).not.toThrow();
      // @ts-expect-error the default is a list of what items give
      map('default', input.chunks, (chunk) => ({ id: chunk.id }), { onFailure: { default: [1] } });
      return { one: orElse(one, failed, '') };
    });
  });

  test('has one of the policies that there are', () => {
    const definition = () =>
      pipeline({ name: 'policy', input: Document }, ({ input, map }) =>
        // @ts-expect-error this is none
        map('embed', input.chunks, (chunk) => chunk.id, { onItemFailure: 'ignore' }),
      );
    expect(definition).toThrow('onItemFailure');
  });

  test('whose item has the name of something around it that is read is refused, and named otherwise is not', () => {
    const nested = (as?: string) =>
      pipeline({ name: 'nested', input: Document }, ({ input, map }) =>
        map('outer', input.chunks, (chunk) =>
          map('inner', input.chunks, (other) => ({ a: chunk.id, b: other.id }), as === undefined ? {} : { as }),
        ),
      );
    expect(() => nested()).toThrow('has the name of its item');
    expect(nested('other').plan.steps).toHaveProperty('outer');
  });

  test('of which a step is read from outside is refused', () => {
    const leak = () =>
      pipeline({ name: 'leak', input: Document }, ({ input, map, step }) => {
        let inside: Ref<{ vector: number[] }> | undefined;
        map('embed', input.chunks, (chunk) => (inside = step('one', embed, { text: chunk.text, language: 'en' })));
        return inside;
      });
    expect(leak).toThrow('"one" is a step of another pipeline or of another item');
  });

  test('can have conditions on what its items are', () => {
    const { plan } = pipeline({ name: 'conditions', input: Document }, ({ input, map, step }) =>
      map('embed', input.chunks, (chunk) => {
        const once = step(
          'once',
          embed,
          { text: chunk.text, language: 'en' },
          { when: eq(chunk.text, input.language) },
        );
        return { once };
      }),
    );
    expect(JSON.stringify(plan)).toContain('item.text == input.language');
  });
});

describe('a long list', () => {
  test('is worked on in chunks, so many at most, which cover it', () => {
    const covered = (count: number) => {
      const { items, chunks = [] } = spreadOf(Array.from({ length: count }), 0);
      let at = 0;
      for (const key of chunks) {
        const [from, to] = key.split('-').map(Number) as [number, number];
        expect(from).toBe(at);
        at = to + 1;
      }
      return { items, chunks: chunks.length, to: at };
    };
    expect(covered(100)).toEqual({ items: 100, chunks: 0, to: 0 });
    expect(covered(101)).toEqual({ items: 101, chunks: 2, to: 101 });
    expect(covered(100_000)).toEqual({ items: 100_000, chunks: 1_000, to: 100_000 });
    expect(covered(250_001)).toEqual({ items: 250_001, chunks: 997, to: 250_001 });
  });

  test('that is in chunks already keeps them', () => {
    const list = {
      $pages: [
        { run: 'a', items: 98 },
        { run: 'b', items: 100 },
      ],
    };
    expect(spreadOf(list, 0)).toEqual({ items: 198, chunks: ['0-97', '98-197'] });
  });

  test('has the same work in its chunks', () => {
    const chunk = ingest.loaded.child('embed[100-199]');
    expect(chunk.hash).toBe(`${ingest.loaded.hash}/embed[-]`);
    expect(chunk.plan.given).toEqual(['input', '$page']);
    const known = { input: { language: 'en' }, $page: { items: [{ text: 'c' }], from: 100, concurrency: 1 } };
    expect(inputOf(chunk, 'embed[100]', known)).toEqual({ text: 'c', language: 'en' });
    expect(itemOf('embed[100-199]')).toEqual({ step: 'embed', key: '100-199' });
  });
});

test('a pipeline as a step is typed by what it takes and gives', () => {
  const { plan, contracts } = pipeline({ name: 'outer', input: Document }, ({ input, subPipeline, step }) => {
    const ingested = subPipeline('ingested', ingest, input, { timeout: '1h' });
    // @ts-expect-error it gives a count, not a sum
    void ingested.sum;
    // @ts-expect-error it takes chunks
    subPipeline('wrong', ingest, { language: 'en' });
    return step('again', embed, { text: 'x', language: input.language }, { when: gt(ingested.count, 3) });
  });
  expect(plan.steps['ingested']).toMatchObject({ kind: 'run', input: { $ref: ['input'] }, timeoutMs: 3_600_000 });
  expect((plan.steps['ingested'] as { plan: object }).plan).toEqual(ingest.plan);
  expect([...contracts.keys()].sort()).toEqual(['embed', 'index']);
});
