import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Letter, loadArticles, readDataFile } from '@millrace/ai';
import * as compliance from '@millrace/stage-comply';
import { stageTest } from '@millrace/testing';
import { type Flow, here, localModels } from './flow.fixture.js';
import { supportEmail } from './support-email.js';

const { engine, flow, outbox } = await localModels();
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(outbox, { recursive: true });
});

const sample = async (name: string) => ({ rawBase64: await readFile(here(`samples/${name}.eml`), 'base64') });
const CLEAR = {
  attachment: 'fees-and-charges',
  'card-number': 'cash-withdrawal-problem',
  'direct-debit': 'direct-debit',
  html: 'account-locked-or-login',
  latin1: 'foreign-currency',
  'lost-card': 'lost-or-stolen-card',
  mortgage: 'mortgage-or-loan-question',
  'new-address': 'change-address-or-details',
  'quoted-reply': 'transfer-failed-or-pending',
  'refund-not-received': 'refund-not-received',
  'unrecognised-payment': 'card-payment-not-recognised',
};
const UNCLEAR = {
  ambiguous: 'confidence-below-threshold',
  complaint: 'urgent-complaint',
  german: 'language-not-answered',
  'prompt-injection': 'injection-suspected',
  vague: 'confidence-below-threshold',
};

test('every sample has its place here', () => {
  const names = readdirSync(here('samples')).map((file) => file.replace(/\.eml$/, ''));
  expect(names.sort()).toEqual([...Object.keys(CLEAR), ...Object.keys(UNCLEAR), 'empty-body'].sort());
});

test.each(Object.entries(CLEAR))('a clear mail is answered without a person: %s', async (name, intent) => {
  const { run, output, skipped } = await flow(await sample(name));
  expect(run.step('route').output).toMatchObject({ reasons: [] });
  expect(output).toMatchObject({
    intent,
    reviewed: false,
    sent: { via: 'outbox' },
    reply: expect.not.stringContaining('kb:'),
  });
  expect(skipped).toEqual(['approve']);
});

test.each(Object.entries(UNCLEAR))('an unclear mail waits for a person: %s', async (name, reason) => {
  const { waiting, output } = await flow(await sample(name));
  expect(waiting).toMatchObject({ reasons: expect.arrayContaining([reason]), reply: expect.any(String) });
  expect(output).toBeUndefined();
});

test('a mail whose words are in an attachment waits for a person, who is told so', async () => {
  const boundary = [
    '--b',
    'Content-Type: application/pdf; name=letter.pdf',
    'Content-Disposition: attachment',
    '',
    '%PDF',
    '--b--',
  ];
  const raw = ['From: ann@example.com', 'Subject: My lost debit card', 'Content-Type: multipart/mixed; boundary=b', '']
    .concat(['--b', '', 'I lost my debit card. Please read the letter that is attached.'], boundary)
    .join('\r\n');
  const { waiting, output } = await flow({ raw });
  expect(waiting).toMatchObject({
    reasons: expect.arrayContaining(['words-uncertain']),
    why: expect.arrayContaining([
      expect.stringContaining('It has attachments that may hold words, and these are not read.'),
    ]),
  });
  expect(output).toBeUndefined();
});

test.each([
  ['headers, or a trip', 'Please change my booking.\nFrom: Berlin\nTo: Paris\nMy card was charged twice for it.'],
  [
    'a quote, or a report',
    'Hello,\nOn 3 March your colleague wrote:\nthe fee is refunded.\nIt was not. Please refund it.',
  ],
  ['a mark, or a sign', 'I lost my debit card. My limit was\n>500 EUR\nplease block it and send me a new one.'],
])(
  'a mail of which it is not certain whose words it holds keeps them all and waits for a person: %s',
  async (_, text) => {
    const { run, waiting, output } = await flow({ from: 'ann@example.com', subject: 'Lost card', text });
    expect(run.step('intake').output).toMatchObject({ text, uncertain: true });
    expect(waiting).toMatchObject({
      reasons: expect.arrayContaining(['words-uncertain', 'confidence-below-threshold']),
      why: expect.arrayContaining([expect.stringContaining('not certain which words')]),
    });
    expect(output).toBeUndefined();
  },
);

test('a person is shown what was cut from a mail', async () => {
  const text = 'Hello.\n\nOn 3 May 2026, Bank wrote:\n> Which card is it?';
  const { waiting } = await flow({ from: 'ann@example.com', subject: 'Hello', text });
  expect(waiting).toMatchObject({
    email: { text: 'Hello.', leftOut: ['On 3 May 2026, Bank wrote:', '> Which card is it?'] },
  });
});

test('an approved reply is sent in the words of the person', async () => {
  const { output } = await flow(await sample('vague'), { approved: true, text: 'We will call you.' });
  expect(output).toMatchObject({
    reviewed: true,
    reply: 'We will call you.',
    sent: { to: expect.stringContaining('@') },
  });
  const { path } = (output as { sent: { path: string } }).sent;
  expect(await readFile(path, 'utf8')).toContain('We will call you.');
});

test('a rejected reply is not sent', async () => {
  const before = await readdir(outbox);
  const { output, skipped } = await flow(await sample('vague'), { approved: false, note: 'I call them.' });
  expect(output).toMatchObject({ reviewed: true });
  expect(output).not.toHaveProperty('sent.messageId');
  expect(skipped).toEqual(['send']);
  expect(await readdir(outbox)).toEqual(before);
});

test('a mail with nothing in it ends with a reason', async () => {
  const { run } = await flow(await sample('empty-body'));
  expect(run.step('intake').failure).toMatchObject({ code: 'EMAIL_EMPTY', kind: 'permanent' });
});

test('classify and extract run side by side; the rest is handed from stage to stage', () => {
  const { loaded } = supportEmail;
  const before = (step: string) => loaded.step(step).predecessors;
  expect(before('classify')).toEqual(['intake']);
  expect(before('extract')).toEqual(['intake']);
  expect([...before('retrieve')].sort()).toEqual(['classify', 'extract']);
  const handedOff = loaded.order.filter((step) => loaded.isHandedOff(step));
  expect([...handedOff].sort()).toEqual(['classify', 'comply', 'draft', 'extract', 'route']);
});

test('every article may be quoted in a reply: none breaks a rule', async () => {
  const articles = await loadArticles(here('knowledge'));
  const { disclaimer } = await readDataFile(Letter, here('data/letter.json'));
  const providers = compliance.providers(compliance.config.parse({ COMPLY_RULES: here('data/rules.json') }));
  await using comply = await stageTest(compliance.comply, { stage: compliance.ComplyStage, providers });
  for (const { id, title, body } of articles) {
    const verdict = await comply.ask({
      text: `${body} [kb:${id}]\n\n${disclaimer}`,
      citations: [id],
      articles: [{ id, title, excerpt: body }],
    });
    expect({ id, verdict }).toMatchObject({ id, verdict: { output: { ok: true, violations: [] } } });
  }
});

/** A row of the public set of questions to a bank, as a mail. */
const banking77 = here('../../../shared/data/banking77/train.csv');
const rows = existsSync(banking77)
  ? readFileSync(banking77, 'utf8')
      .split('\n')
      .slice(1)
      .filter((_, at) => at % 50 === 0)
      .map((row) => row.replace(/,\w+\s*$/, ''))
  : [];
const withRows = rows.length > 0 ? test : test.skip;

withRows(
  '200 questions of real customers: each ends answered or before a person (the data is in ../shared/data)',
  async () => {
    const ends: Flow[] = [];
    for (const text of rows) ends.push(await flow({ from: 'ada@example.com', text }));
    expect(ends.filter(({ output, waiting }) => (output === undefined) === (waiting === undefined))).toEqual([]);
    expect(ends.length).toBeGreaterThanOrEqual(200);
  },
);

const mail = here('../../../shared/data/mail');
const files = existsSync(mail)
  ? readdirSync(mail, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  : [];
const withMail = files.length > 0 ? test : test.skip;

withMail(
  'awkward mails: each ends answered, before a person, or with a reason (the data is in ../shared/data)',
  async () => {
    for (const { parentPath, name } of files) {
      const rawBase64 = readFileSync(join(parentPath, name), 'base64');
      const { run, waiting, output } = await flow({ rawBase64 });
      if (run.status === 'dead-lettered') expect(run.step('intake').failure).toMatchObject({ code: 'EMAIL_EMPTY' });
      else expect(waiting ?? output).toBeDefined();
    }
  },
);
