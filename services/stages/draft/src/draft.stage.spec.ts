import { Letter, TemplateDrafter } from '@millrace/ai';
import type { StageRun } from '@millrace/stage';
import { draft } from './contract.js';
import { DraftStage } from './draft.stage.js';

const run = { signal: new AbortController().signal } as StageRun;
const letter = Letter.parse({
  signature: 'Ours',
  disclaimer: 'We never ask for your PIN.',
  needed: { 'refund-not-received': [{ fact: 'amount', ask: 'the amount of the refund' }] },
});
const stage = new DraftStage(new TemplateDrafter(letter));
const asked = { subject: 'Refund', text: 'Where is my refund?', intent: 'refund-not-received', customerName: 'Ada' };
const articles = [{ id: 'refunds', title: 'Refunds', score: 3, excerpt: 'Refunds usually take five working days.' }];

test('a reply says what the articles say, and cites them', async () => {
  const reply = draft.output.parse(await stage.handle({ ...asked, dates: [], amounts: [], articles }, run));
  expect(reply).toMatchObject({ citations: ['refunds'], grounded: true });
  expect(reply.text).toMatch(/^Dear Ada,[^]*Refunds usually take five working days\.\n[^]*Ours\n\nWe never ask/);
  expect(reply.cited).toMatch(/Refunds usually take five working days\. \[kb:refunds\]/);
});

test('without an article the reply says that a colleague answers', async () => {
  const reply = await stage.handle({ ...asked, dates: [], amounts: [], articles: [] }, run);
  expect(reply).toMatchObject({ citations: [], grounded: false, text: expect.stringContaining('colleague') });
});

test('what a customer gets has no marks of citations, however a model writes them', async () => {
  const text = 'Freeze it [kb: a]. Wait (kb:b).';
  const said = { text, citations: ['a', 'b'], grounded: true, language: 'en', missing: [], model: 'x' };
  const reply = await new DraftStage({ draft: async () => said }).handle(
    { ...asked, dates: [], amounts: [], articles },
    run,
  );
  expect(reply).toMatchObject({ text: 'Freeze it. Wait.', cited: text, citations: ['a', 'b'] });
});

test('a draft of a fallback says so', async () => {
  const insteadOf = { code: 'MODEL_REFUSED', message: 'The model answered 401 to draft.' };
  const local = new TemplateDrafter(letter);
  const fallen = new DraftStage({ draft: async (...given) => ({ ...(await local.draft(...given)), insteadOf }) });
  const reply = await fallen.handle({ ...asked, dates: [], amounts: [], articles }, run);
  expect(reply).toMatchObject({ fallback: 'MODEL_REFUSED', model: TemplateDrafter.model });
});

test('what the customer has said already is not asked for', async () => {
  const amounts = [{ value: 5, currency: 'GBP' }];
  const knowing = await stage.handle({ ...asked, dates: [], amounts, articles }, run);
  const asking = await stage.handle({ ...asked, dates: [], amounts: [], articles }, run);
  expect(asking.missing).toContain('the amount of the refund');
  expect(knowing.missing).not.toContain('the amount of the refund');
});
