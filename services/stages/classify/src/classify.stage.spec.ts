import { type Classification, UrgencyRules, UrgencyTable } from '@millrace/ai';
import { readSettings } from '@millrace/runtime';
import type { StageRun } from '@millrace/stage';
import { ClassifyStage } from './classify.stage.js';
import { config } from './config.js';

const run = { attempt: 1, signal: new AbortController().signal } as StageRun;
const urgency = new UrgencyTable(UrgencyRules.parse({ high: ['lost-or-stolen-card'], low: [], pressing: 'urgent' }));
const stageThatSays = (answer: Classification, asked: string[] = []) => {
  const classifier = {
    async classify(text: string) {
      asked.push(text);
      return answer;
    },
  };
  return new ClassifyStage(classifier, urgency);
};
const lost: Classification = {
  label: 'lost-or-stolen-card',
  confidence: 0.9,
  alternatives: [{ label: 'card-delivery', confidence: 0.05 }],
  model: 'test',
};

test('says intent, urgency, confidence and what else it might be', async () => {
  expect(await stageThatSays(lost).handle({ subject: 'Card', text: 'I lost it.' }, run)).toEqual({
    intent: 'lost-or-stolen-card',
    urgency: 'high',
    confidence: 0.9,
    alternatives: [{ intent: 'card-delivery', confidence: 0.05 }],
    model: 'test',
  });
});

test('subject and text are read together', async () => {
  const asked: string[] = [];
  await stageThatSays(lost, asked).handle({ subject: 'Card', text: 'I lost it.' }, run);
  await stageThatSays(lost, asked).handle({ subject: '', text: 'I lost it.' }, run);
  expect(asked).toEqual(['Card\nI lost it.', 'I lost it.']);
});

test('all settings that need attention are told at once', () => {
  const wrong = { CLASSIFY_EXAMPLES: 'nowhere.csv', MODEL_PROVIDER: 'openai-compatible' };
  expect(() => readSettings(config, wrong, 'classify')).toThrow(/CLASSIFY_EXAMPLES/);
  const halfLlm = { MODEL_PROVIDER: 'openai-compatible', CLASSIFY_EXAMPLES: import.meta.filename };
  expect(() => readSettings(config, halfLlm, 'classify')).toThrow(/MODEL_NAME[^]*MODEL_URL/);
});
