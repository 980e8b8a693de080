import { z } from 'zod';
import { defineStage, gt, pipeline } from '../index.js';
import { differences, schemasOf } from '../engine.js';

const Text = z.object({ text: z.string() });
const read = defineStage({ name: 'read', input: Text, output: z.object({ length: z.number() }) });
const longer = defineStage({ name: 'read', input: Text, output: z.object({ length: z.number(), words: z.number() }) });
const other = defineStage({ name: 'read', input: Text, output: z.object({ size: z.number() }) });
const tell = defineStage({ name: 'tell', input: z.object({ length: z.number() }), output: Text });

const before = pipeline({ name: 'letters', input: Text }, ({ input, step }) => {
  const first = step('first', read, { text: input.text });
  return step('last', tell, { length: first.length }, { timeout: '5s' });
});
const after = pipeline({ name: 'letters', input: Text.extend({ from: z.string() }) }, ({ input, step }) => {
  const first = step('first', read, { text: input.from });
  step('extra', read, { text: input.text });
  const last = step('last', tell, { length: first.length }, { timeout: '9s', when: gt(first.length, 2) });
  return { said: last };
});

describe('the difference between two versions', () => {
  test('names steps, what they read, their conditions and times, input and output', () => {
    const found = differences({ plan: before.plan }, { plan: after.plan });
    expect(found.map(({ what, name, change, at }) => [what, name, change, at].join(' '))).toEqual([
      'input  added /properties/from',
      'input  changed /required',
      'step first changed /input/text/$ref',
      'step last changed /timeoutMs',
      'step last added /when',
      'step extra added ',
      'output  removed /$ref',
      'output  added /said',
    ]);
    expect(found.find(({ at }) => at === '/timeoutMs')).toMatchObject({ before: 5_000, after: 9_000 });
  });

  test('says which contracts changed, and which of them would break others', () => {
    const version = (contract: typeof read) => ({ plan: before.plan, contracts: { read: schemasOf(contract) } });
    const grown = differences(version(read), version(longer as unknown as typeof read));
    expect(grown.every(({ what, breaking }) => what === 'contract' && breaking === undefined)).toBe(true);
    expect(grown).not.toHaveLength(0);
    expect(differences(version(read), version(other as unknown as typeof read)).every(({ breaking }) => breaking)).toBe(
      true,
    );
  });

  test('is nothing between a version and itself', () => {
    expect(differences({ plan: before.plan }, { plan: before.plan })).toEqual([]);
  });
});
