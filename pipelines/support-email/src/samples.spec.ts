import { readdir, readFile } from 'node:fs/promises';
import { injectionSignals, languageOf, loadClassifier } from '@millrace/ai';
import { here } from './flow.fixture.js';

const signal = new AbortController().signal;
const classifier = await loadClassifier({ csv: here('data/intents.csv') });

/** Subject and body of a sample that is plain text; the others need a MIME parser, which is the intake's. */
async function plain(name: string): Promise<string> {
  const mail = await readFile(here(`samples/${name}.eml`), 'utf8');
  const [head, ...body] = mail.split('\r\n\r\n');
  return `${/^Subject: (.*)$/m.exec(head!)?.[1]?.trim() ?? ''}\n${body.join('\n\n').replaceAll('\r\n', '\n')}`;
}

test.each([
  ['lost-card', 'lost-or-stolen-card'],
  ['refund-not-received', 'refund-not-received'],
  ['unrecognised-payment', 'card-payment-not-recognised'],
  ['direct-debit', 'direct-debit'],
  ['new-address', 'change-address-or-details'],
  ['mortgage', 'mortgage-or-loan-question'],
  ['card-number', 'cash-withdrawal-problem'],
  ['complaint', 'complaint'],
])('the sample %s is clear: %s', async (name, label) => {
  const answer = await classifier.classify(await plain(name), { signal });
  expect(answer.label).toBe(label);
  expect(answer.confidence).toBeGreaterThanOrEqual(0.8);
});

test.each(['ambiguous', 'vague', 'german', 'empty-body'])('the sample %s is for a person', async (name) => {
  expect((await classifier.classify(await plain(name), { signal })).confidence).toBeLessThan(0.8);
});

test('the sample prompt-injection shows what it tries, the German one its language', async () => {
  expect(injectionSignals(await plain('prompt-injection'))).toEqual(
    expect.arrayContaining(['overrides-instructions', 'asks-for-prompt', 'dictates-answer']),
  );
  expect(await languageOf(await plain('german'))).toBe('de');
});

test('every sample has the header of a mail and addresses that cannot reach anybody', async () => {
  const names = (await readdir(here('samples'))).filter((name) => name.endsWith('.eml'));
  expect(names.length).toBeGreaterThanOrEqual(12);
  for (const name of names) {
    const mail = await readFile(here(`samples/${name}`), 'latin1');
    expect(mail).toMatch(/^From: .+\r\nTo: .+\r\nSubject: /);
    for (const [, domain] of mail.matchAll(/@([\w.-]+)/g))
      expect(domain).toMatch(/(?:^|\.)example(?:\.(?:com|net|org))?$/);
  }
});
