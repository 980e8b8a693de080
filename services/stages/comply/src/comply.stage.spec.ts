import type { StageRun } from '@millrace/stage';
import { ComplyStage } from './comply.stage.js';
import { Rulebook, RuleInvalid } from './rulebook.js';
import { RulesAlone } from './rules-alone.js';

const rules = [
  {
    id: 'no-guarantee',
    severity: 'error',
    message: 'Promises.',
    patterns: ['\\bguarantee\\b'],
    unless: ['\\bcannot\\b'],
  },
  { id: 'cites-sources', severity: 'error', message: 'Cites nothing.', when: 'size(citations) == 0' },
  { id: 'length', severity: 'warning', message: 'Is short.', when: 'words < 3' },
];
const article = { id: 'refunds', title: 'Refunds', excerpt: 'Refunds take five days.' };
const run = { signal: new AbortController().signal } as StageRun;
const stage = new ComplyStage(new Rulebook(rules), new RulesAlone());
const check = (text: string, citations = ['refunds']) => stage.handle({ articles: [article], text, citations }, run);

test('a reply that keeps the rules is let through', async () => {
  expect(await check('We cannot guarantee a date.')).toEqual({ ok: true, violations: [] });
});

test('a rule is broken by a sentence, or by the facts about the whole reply', async () => {
  const { ok, violations } = await check('Thank you. We guarantee a date.', []);
  expect(ok).toBe(false);
  expect(violations.map(({ rule, sentence }) => [rule, sentence])).toEqual([
    ['no-guarantee', 'We guarantee a date.'],
    ['cites-sources', undefined],
  ]);
});

test('a warning is told, and lets the reply through', async () => {
  expect(await check('Thank you.')).toMatchObject({ ok: true, violations: [{ rule: 'length', severity: 'warning' }] });
});

test('the sentence that breaks a rule is shown without personal data', async () => {
  const { violations } = await check('We guarantee that ada@example.com gets it.');
  expect(violations.find(({ rule }) => rule === 'no-guarantee')?.sentence).toBe('We guarantee that [email] gets it.');
});

test('rules that cannot be understood are all named', () => {
  const wrong = [
    { id: 'one', severity: 'error', message: 'm', patterns: ['('] },
    { id: 'two', severity: 'error', message: 'm', when: 'nobody > 3' },
    { id: 'three', severity: 'error', message: 'm', when: 'words + 1.0' },
    { id: 'four', severity: 'error', message: 'm' },
    'five',
  ];
  expect(() => new Rulebook(wrong)).toThrow(RuleInvalid);
  for (const name of ['one', 'two', 'three', 'four', 'number 5']) {
    expect(() => new Rulebook(wrong)).toThrow(`rule ${name}`);
  }
});

test('what a model finds is added to what the rules find', async () => {
  const reviewer = {
    review: async () => ({ ok: false, findings: [{ rule: 'tone' as const, explanation: 'Cold.' }], model: 'm' }),
  };
  const given = { text: 'Thanks.', citations: [], articles: [] };
  const verdict = await new ComplyStage(new Rulebook(rules), reviewer).handle(given, run);
  expect(verdict.violations.map(({ rule }) => rule)).toEqual(['cites-sources', 'length', 'model-tone']);
});
