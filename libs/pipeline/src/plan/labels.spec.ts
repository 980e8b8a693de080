import { z } from 'zod';
import { defineStage, orElse, pipeline, PlanError } from '../index.js';
import { loadPlan } from '../engine.js';
import { parsePipeline, pipelineYaml } from '../yaml/index.js';

const Email = z.object({
  from: z.object({ address: z.string() }),
  subject: z.string().optional(),
  lines: z.array(z.string()),
});
const classify = defineStage({
  name: 'classify',
  input: z.object({ text: z.string() }),
  output: z.object({ label: z.string(), confidence: z.number(), urgent: z.boolean() }),
});

const labelled = pipeline({ name: 'mail', input: Email }, ({ input, step, title, attributes }) => {
  const intent = step('classify', classify, { text: 'x' });
  title(['Mail:', orElse(input.subject, 'no subject'), intent.label]);
  attributes({
    customer: input.from.address,
    intent: intent.label,
    confidence: intent.confidence,
    urgent: intent.urgent,
  });
  return intent;
});

const input = { from: { address: 'ann@example.com' }, subject: 'A  lost\ncard', lines: [] };

test('a pipeline says what lists call its runs, and what they are found by, from the input and from what steps gave by then', () => {
  const { titleOf, attributesOf } = labelled.loaded.labels;
  expect(titleOf({ input })).toBe('Mail: A lost card');
  expect(attributesOf?.({ input })).toEqual({ customer: 'ann@example.com' });
  const scope = { input, classify: { label: 'card', confidence: 0.9, urgent: false } };
  expect(titleOf(scope)).toBe('Mail: A lost card card');
  expect(attributesOf?.(scope)).toEqual({
    customer: 'ann@example.com',
    intent: 'card',
    confidence: 0.9,
    urgent: false,
  });
});

test('a long text is cut, and what is no text, number or boolean is left out', () => {
  const { titleOf, attributesOf } = labelled.loaded.labels;
  const long = {
    input: { ...input, subject: 'x'.repeat(5_000), from: { address: 'y'.repeat(5_000) } },
    classify: { label: {} },
  };
  expect(titleOf(long)).toHaveLength(200);
  expect(attributesOf?.(long)).toEqual({ customer: 'y'.repeat(200) });
});

test('a pipeline that declares neither has no title and no attributes', () => {
  const plain = pipeline({ name: 'mail', input: Email }, ({ step }) => step('classify', classify, { text: 'x' }));
  expect(plain.loaded.labels.titleOf({ input })).toBeUndefined();
  expect(plain.loaded.labels.attributesOf).toBeUndefined();
});

test('title and attributes are written in YAML as in TypeScript', () => {
  const text = pipelineYaml(labelled.plan);
  expect(text).toContain('customer: $input.from.address');
  expect(parsePipeline(text, { file: 'mail.yaml' })).toEqual(labelled.plan);
});

test.each([
  ['a step that does not exist', { title: { $ref: ['nobody', 'x'] } }, 'reads "nobody"'],
  [
    'too many attributes',
    { attributes: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`a${i}`, 'x'])) },
    '21',
  ],
])('a plan is refused that labels runs by %s', (_, more, what) => {
  expect(() => loadPlan({ ...labelled.plan, ...more })).toThrow(what);
});

test('an attribute that is no text, number or boolean is refused where it is declared', () => {
  const listed = () =>
    pipeline({ name: 'mail', input: Email }, ({ input, step, attributes }) => {
      attributes({ lines: input.lines as never });
      return step('classify', classify, { text: 'x' });
    });
  expect(listed).toThrow(PlanError);
  expect(listed).toThrow('the attribute "lines" is of type array');
});
