import type { CustomerEmail, IncomingEmail } from './contract.js';
import { customerEmail } from './customer-email.js';

const read = async (given: IncomingEmail): Promise<CustomerEmail> => {
  const email = await customerEmail(given);
  if ('code' in email) throw new Error(`${email.code}: ${email.message}`);
  return email;
};
const codeOf = async (given: IncomingEmail) => {
  const email = await customerEmail(given);
  return 'code' in email ? email.code : undefined;
};

test('a plain mail becomes who wrote what', async () => {
  const raw = [
    'From: "Ada Lovelace" <ada@example.com>',
    'Reply-To: ada.private@example.com',
    'Subject: =?utf-8?q?Caf=C3=A9_charge?=',
    'Message-ID: <one@example.com>',
    'Date: Tue, 3 Apr 2026 16:23:59 +0400',
    '',
    'I do not recognise a charge.',
  ].join('\r\n');
  expect(await read({ raw })).toEqual({
    from: { name: 'Ada Lovelace', address: 'ada@example.com' },
    replyTo: 'ada.private@example.com',
    subject: 'Café charge',
    text: 'I do not recognise a charge.',
    messageId: '<one@example.com>',
    date: '2026-04-03T12:23:59.000Z',
    attachments: [],
    uncertain: false,
    truncated: false,
    automatic: false,
  });
});

test('a mail given as bytes keeps its charset', async () => {
  const mail = Buffer.concat([
    Buffer.from(
      'From: a@example.com\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\nGr',
    ),
    Buffer.from([0xfc]),
    Buffer.from('e'),
  ]);
  expect((await read({ rawBase64: mail.toString('base64') })).text).toBe('Grüe');
});

test('a mail that comes as JSON is read in the same way', async () => {
  const email = await read({
    from: 'Ada <ada@example.com>',
    subject: 'Refund',
    text: 'Where is it?\n\nOn 3 May 2026, Bank <help@bank.example> wrote:\n> Soon.',
  });
  expect(email).toMatchObject({
    from: { name: 'Ada', address: 'ada@example.com' },
    subject: 'Refund',
    text: 'Where is it?',
  });
  expect(email.fullText).toContain('> Soon.');
  expect(email.leftOut).toEqual(['On 3 May 2026, Bank <help@bank.example> wrote:', '> Soon.']);
});

test('a mail that is HTML alone is read as text', async () => {
  const raw =
    'From: a@example.com\nContent-Type: text/html\n\n<style>p{}</style><p>My card &amp; PIN</p><p>are gone.</p>';
  expect((await read({ raw })).text).toBe('My card & PIN\n\nare gone.');
});

test('attachments are named, not carried', async () => {
  const raw =
    'From: a@example.com\nSubject: Form\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee form.\n' +
    '--b\nContent-Type: application/pdf; name="form.pdf"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n';
  expect((await read({ raw })).attachments).toEqual([{ name: 'form.pdf', type: 'application/pdf', size: 3 }]);
});

test('a mail with nothing but a subject goes on, for a person to see', async () => {
  expect(await read({ raw: 'From: a@example.com\nSubject: Please call me\n\n' })).toMatchObject({
    text: '',
    subject: 'Please call me',
  });
});

test('a mail with nothing in it is refused as empty', async () => {
  expect(await codeOf({ raw: '' })).toBe('EMAIL_EMPTY');
  expect(await codeOf({ text: ' \n ' })).toBe('EMAIL_EMPTY');
  expect(await codeOf({ raw: 'From: a@example.com\n\n' })).toBe('EMAIL_EMPTY');
});

test('binary garbage is refused as unreadable', async () => {
  const garbage = Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 7_919) % 256));
  expect(await codeOf({ rawBase64: garbage.toString('base64') })).toBe('EMAIL_UNREADABLE');
});

test('ten thousand nested parts are refused as unreadable, and do no harm', async () => {
  const nested = Array.from(
    { length: 10_000 },
    (_, n) => `Content-Type: multipart/mixed; boundary="b${n}"\n\n--b${n}\n`,
  );
  expect(await codeOf({ raw: `From: a@example.com\n${nested.join('')}\n\nhello` })).toBe('EMAIL_UNREADABLE');
});

test('a message in a message, ten thousand times, is read as far as its outermost', async () => {
  const raw = 'From: a@example.com\nSubject: Outer\nContent-Type: message/rfc822\n\n'.repeat(10_000);
  expect(await read({ raw })).toMatchObject({ subject: 'Outer', truncated: true });
});

test('a mail that is too large is cut, and says so', async () => {
  const email = await read({ raw: `From: a@example.com\n\n${'I am waiting for my refund. '.repeat(40_000)}` });
  expect(email).toMatchObject({ truncated: true, from: { address: 'a@example.com' } });
  expect(email.text.length).toBeLessThanOrEqual(32 * 1024);
});

test.each([
  ['Auto-Submitted: auto-replied'],
  ['Precedence: bulk'],
  ['List-Id: <news.example.com>'],
  ['Return-Path: <>'],
])('mail that a machine wrote is marked: %s', async (header) => {
  expect(await read({ raw: `From: a@example.com\n${header}\n\nI am away.` })).toMatchObject({ automatic: true });
  expect(await read({ raw: `From: a@example.com\nAuto-Submitted: no\n\nI am here.` })).toMatchObject({
    automatic: false,
  });
});

test('text that would break a header or a store is made harmless', async () => {
  const email = await read({
    from: 'Eve\r\nBcc: all@example.com <eve@example.com>',
    subject: 'a\r\nBcc: b@example.com',
    text: 'x\u0000y \ud83d',
  });
  expect(JSON.stringify(email)).not.toMatch(/\\r|\\n|\\u0000|\\ud83d/);
  expect(email).toMatchObject({ text: 'x\ufffdy \ufffd', truncated: false });
});

test('words that could not all be read send the mail to a person: cut, or in another charset than it says', async () => {
  const long = 'My card is lost.\n'.repeat(3_000) + 'Also close my account.';
  expect(await customerEmail({ from: 'a@example.com', text: long })).toMatchObject({
    truncated: true,
    uncertain: true,
  });
  const head = Buffer.from('From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n');
  const rawBase64 = Buffer.concat([head, Buffer.from([0xfa, 0xc1, 0xcb, 0xd2])]).toString('base64');
  expect(await customerEmail({ rawBase64 })).toMatchObject({ uncertain: true });
});

test('a mail whose lines end with a carriage return alone is read as any other', async () => {
  const raw = 'From: ann@example.com\rSubject: Card\r\rI lost my card.\rPlease block it.';
  expect(await customerEmail({ raw } as never)).toMatchObject({
    subject: 'Card',
    text: 'I lost my card.\nPlease block it.',
  });
});
