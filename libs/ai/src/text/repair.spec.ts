import { z } from 'zod';
import { ModelAnswerCut, ModelDeclined } from '../index.js';
import { readAnswer } from '../llm/read-answer.js';

const Shape = z.object({
  label: z.enum(['lost-or-stolen-card', 'refund']),
  confidence: z.number().min(0).max(1),
  urgent: z.boolean().optional(),
  count: z.number().optional(),
  notes: z.array(z.object({ kind: z.enum(['Good', 'Bad']) })).optional(),
});
const said = (text: string, finishReason: 'stop' | 'length' | 'refused' = 'stop') =>
  readAnswer(
    { text, finishReason, model: 'tiny', usage: {}, limits: {}, durationMs: 1, source: 'provider' },
    'classify',
    Shape,
  );
const right = { label: 'refund', confidence: 0.85 };

test.each([
  ['a fence', '```json\n{"label":"refund","confidence":0.85}\n```'],
  ['a fence among words', 'Sure!\n```\n{"label":"refund","confidence":0.85}\n```\nAnything else?'],
  ['leading words', 'Here is the answer: {"label":"refund","confidence":0.85}'],
  ['a set in words before it', 'The set {a, b} is not it; {"label":"refund","confidence":0.85} is.'],
  ['another case', '{"label":"Refund","confidence":0.85}'],
  ['a percentage', '{"label":"refund","confidence":"85%"}'],
  ['a percentage without its sign', '{"label":"refund","confidence":85}'],
  ['a number as text', '{"label":"refund","confidence":"0.85"}'],
  ['nulls for what is missing', '{"label":"refund","confidence":0.85,"urgent":null,"count":null,"notes":null}'],
  ['one object in a list', '[{"label":"refund","confidence":0.85}]'],
])('an answer with %s is repaired', (_, text) => {
  expect(said(text)).toEqual({ value: right });
});

test('an enum in other separators, at any depth, and a boolean as text are repaired', () => {
  expect(said('{"label":"LOST_OR_STOLEN_CARD","confidence":1,"urgent":"yes","notes":[{"kind":"good"}]}')).toEqual({
    value: { label: 'lost-or-stolen-card', confidence: 1, urgent: true, notes: [{ kind: 'Good' }] },
  });
});

test.each([
  ['another label', '{"label":"weather","confidence":0.5}', '/label'],
  ['more than all', '{"label":"refund","confidence":300}', '/confidence'],
  ['words', 'I think it is a refund.', 'not JSON'],
  ['half an answer', '{"label":"refund","confid', 'not JSON'],
])('what can mean several things is not repaired, and the problem is named: %s', (_, text, problem) => {
  expect(said(text)).toMatchObject({
    failure: { code: 'MODEL_ANSWER_INVALID', answer: text },
    problems: expect.stringContaining(problem),
  });
});

test('a refusal and a cut by length are failures of their own, which keep the raw answer and never quote it', () => {
  expect(() => said('I cannot help.', 'refused')).toThrow(ModelDeclined);
  expect(() => said('{"label":"refund","confidence":0.85}', 'length')).toThrow(ModelAnswerCut);
  const failure = (() => {
    try {
      return said('A secret.'.repeat(1_000), 'refused');
    } catch (thrown) {
      return thrown as ModelDeclined;
    }
  })() as ModelDeclined;
  expect(failure.message).not.toContain('secret');
  expect(failure.answer).toHaveLength(4_000);
});
