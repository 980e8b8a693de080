import { z } from 'zod';
import { cacheKeyOf, loadPlan } from '../engine.js';
import { defineStage, pipeline, type PlanError } from '../index.js';
import { parsePipeline, pipelineYaml } from '../yaml/index.js';

const Text = z.object({ text: z.string() });
const embed = defineStage({ name: 'embed', input: Text, output: z.object({ n: z.number() }) });
const send = defineStage({ name: 'send', input: Text, output: z.object({ n: z.number() }), effects: true });
const Input = z.object({ text: z.string(), id: z.string() });

const refused = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as PlanError).code;
  }
};

describe('a step’s cache', () => {
  test('is a time, or a time and what an output is kept under', () => {
    const { plan } = pipeline({ name: 'cached', input: Input }, ({ input, step }) => {
      const first = step('first', embed, { text: input.text }, { cache: '1d' });
      const second = step('second', embed, { text: input.text }, { cache: { maxAge: '2h', key: [input.id, first.n] } });
      return { first, second };
    });
    expect(plan.steps).toMatchObject({
      first: { cache: { maxAgeMs: 86_400_000 } },
      second: {
        cache: { maxAgeMs: 7_200_000, key: [{ $ref: ['input', 'id'] }, { $ref: ['first', 'n'] }] },
        predecessors: ['first'],
      },
    });
    const loaded = loadPlan(plan);
    expect(loaded.caches).toBe(true);
    expect(cacheKeyOf(loaded, 'second', { input: { id: 'x' }, first: { n: 1 } })).toEqual({ value: ['x', 1] });
    expect(cacheKeyOf(loaded, 'first', {})).toBeUndefined();
  });

  test('is written in YAML as in TypeScript, and the plan is the same', () => {
    const steps = `
  first: { stage: embed, input: { text: $input.text }, cache: 1d }
  second: { stage: embed, input: { text: $input.text }, cache: { maxAge: 2h, key: $input.id } }`;
    const plan = parsePipeline(`pipeline: cached\nsteps:${steps}\n`, { file: 'cached.yaml' });
    expect(plan.steps).toMatchObject({
      first: { cache: { maxAgeMs: 86_400_000 } },
      second: { cache: { maxAgeMs: 7_200_000, key: { $ref: ['input', 'id'] } } },
    });
    const text = pipelineYaml(plan);
    expect(text).toContain('cache: 1d');
    expect(parsePipeline(text, { file: 'cached.yaml' })).toEqual(plan);
  });

  test('is that of each item, where the step is a map’s work', () => {
    const { plan, loaded } = pipeline(
      { name: 'items', input: z.object({ list: z.array(z.string()) }) },
      ({ input, map, step }) =>
        map('all', input.list, (text) => step('one', embed, { text }, { cache: { maxAge: '1h', key: text } })),
    );
    expect(plan.steps['all']).toMatchObject({ work: { kind: 'stage', cache: { maxAgeMs: 3_600_000 } } });
    expect(loaded.caches).toBe(true);
    expect(loaded.child('all[0-99]').caches).toBe(true);
    expect(cacheKeyOf(loaded, 'all[1]', { input: { list: ['a', 'b'] } })).toEqual({ value: 'b' });
  });

  test('is refused where something would not happen: a stage with effects, a step that is undone', () => {
    const bad = (stage: typeof embed, options: object) =>
      refused(() => pipeline({ name: 'bad', input: Input }, ({ step }) => step('a', stage, { text: 'x' }, options)));
    expect(bad(send, { cache: '1d' })).toBe('BAD_CACHE');
    const compensate = { stage: embed, input: () => ({ text: 'x' }) };
    expect(bad(embed, { cache: '1d', compensate })).toBe('BAD_CACHE');
    const undone = 'a: { stage: embed, input: {}, cache: 1d, compensate: { stage: embed, input: {} } }';
    expect(() => parsePipeline(`pipeline: bad\nsteps:\n  ${undone}\n`, { file: 'bad.yaml' })).toThrow(/compensation/);
    expect(bad(embed, { cache: '0s' })).toBe('BAD_DURATION');
  });
});
