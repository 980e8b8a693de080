import { customerEmail } from './customer-email.js';
import type { CustomerEmail } from './contract.js';

const ASKS = 'Why was I charged a monthly fee of 12 pounds in March and again in April? Please explain it to me.';
const read = async (...lines: string[]): Promise<CustomerEmail> => {
  const email = await customerEmail({ raw: ['From: ada@example.com', 'Subject: Fee', ...lines].join('\r\n') });
  if ('code' in email) throw new Error(email.message);
  return email;
};
const mixed = (text: string, ...part: string[]) =>
  read(
    ...['Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Type: text/plain', '', text],
    ...['--b', ...part, '--b--', ''],
  );
const html = (body: string) => read('Content-Type: text/html; charset=utf-8', '', body);
const base64 = (text: string) => read('Content-Type: text/plain', 'Content-Transfer-Encoding: base64', '', text);
const PDF = ['Content-Type: application/pdf; name=letter.pdf', 'Content-Disposition: attachment', '', '%PDF'];
const PICTURE = ['Content-Type: image/png; name=shot.png', 'Content-Disposition: attachment', '', 'PNG'];
const LOGO = ['Content-Type: image/png; name=logo.png', 'Content-Disposition: inline', 'Content-ID: <a@b>', '', 'PNG'];
const whole = Buffer.from(ASKS).toString('base64');
const outlook = (...quoted: string[]) =>
  [
    `Thank you, but that does not answer my question. ${ASKS}`,
    '',
    'From: Millbrook Bank <support@millbrook.example>',
    'Sent: Tuesday, 12 May 2026 09:14',
    'To: Ada <ada@example.com>',
    'Subject: Fee',
    '',
    ...quoted,
  ].join('\r\n');

test.each<[string, () => Promise<CustomerEmail>, string]>([
  ['a document is attached', () => mixed(ASKS, ...PDF), 'It has attachments that may hold words'],
  [
    'a picture is attached that the text points to',
    () => mixed(`${ASKS} See the screenshot.`, ...PICTURE),
    'attachments',
  ],
  [
    'the text is a stub beside an attachment',
    () => mixed('See attachment.', ...PICTURE),
    'It has few words of its own',
  ],
  ['base64 has other characters in it', () => base64(`${whole.slice(0, 20)}!!${whole.slice(20)}`), 'base64'],
  ['base64 ends too early', () => base64(whole.slice(0, -3)), 'base64'],
  ['base64 goes on after its end', () => base64(`${Buffer.from('Hi').toString('base64')}\r\n${whole}`), 'base64'],
  ['a comment has no end', () => html(`<p>${ASKS}</p><!-- <p>My card was stolen.</p>`), 'has no end'],
  ['a style has no end', () => html(`<p>${ASKS}</p><style>p { } <p>My card was stolen.</p>`), 'has no end'],
  ['a script has no end', () => html(`<p>${ASKS}</p><script>x <p>My card was stolen.</p>`), 'has no end'],
  ['a tag has no end', () => html(`<p>${ASKS}</p><a href="x My card was stolen.`), 'has no end'],
  ['the head has no end', () => html(`<html><head><title>Fee</title><body><p>${ASKS}</p>`), 'has no end'],
  [
    'it is encrypted',
    () => read('', `Hello, please read this.\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA`),
    'encrypted',
  ],
  [
    'its transfer encoding is not read',
    () => read('Content-Transfer-Encoding: x-uuencode', '', 'begin 644 a', 'M5VAY', 'end'),
    'encoded in a way',
  ],
  [
    'the answer stands right under a question in an unmarked quote',
    () => read('', outlook('We have looked into it.', '', 'Was it you?', 'No, that was not me.')),
    'not certain which of its words',
  ],
  [
    'an unmarked quote has no end, and the last paragraph may be the answer',
    () => read('', outlook('We have looked into it.', '', 'No, I never had such a card, please refund me.')),
    'not certain which of its words',
  ],
])('a mail of which something could not be read goes to a person, who is told why: %s', async (_, mail, why) => {
  const { uncertain, doubts = [] } = await mail();
  expect([uncertain, doubts.join(' ')]).toEqual([true, expect.stringContaining(why)]);
});

test.each<[string, () => Promise<CustomerEmail>]>([
  ['nothing but text', () => read('', ASKS)],
  [
    'a table is attached',
    () =>
      mixed(
        `${ASKS} I attach the list.`,
        'Content-Type: text/csv; name=a.csv',
        'Content-Disposition: attachment',
        '',
        'a,b',
      ),
  ],
  ['a logo within the text', () => mixed(ASKS, ...LOGO)],
  ['a picture that nothing points to', () => mixed(ASKS, ...PICTURE)],
  ['a signature and a card', () => mixed(ASKS, 'Content-Type: text/vcard', '', 'BEGIN:VCARD')],
  ['base64 that is whole', () => base64(whole.replace(/.{20}/g, '$&\r\n'))],
  [
    'HTML with a comment, a style and an open paragraph',
    () => html(`<style>p{}</style><!-- x --><p>${ASKS} 1 < 2<p>Ada`),
  ],
  [
    'an unmarked quote that ends as letters do',
    () => read('', outlook('We looked into it.', '', 'All is well.', '', 'Kind regards', 'Millbrook')),
  ],
  ['an unmarked quote of one paragraph', () => read('', outlook('We have looked into it, and all is well.'))],
])('a mail that was read whole may be answered: %s', async (_, mail) => {
  const { uncertain, doubts } = await mail();
  expect([uncertain, doubts]).toEqual([false, undefined]);
});

test('words whose encoding is damaged are kept as far as they can be read', async () => {
  const { text } = await base64('SGVsbG8gd29y\r\n!!bGQ');
  expect(text).toBe('Hello world');
});

test('HTML is read where the plain text beside it is a stub', async () => {
  const { text, doubts } = await read(
    ...['Content-Type: multipart/alternative; boundary=b', '', '--b', 'Content-Type: text/plain', ''],
    ...['Your mail program cannot show this.', '--b', 'Content-Type: text/html', ''],
    ...[
      `<p>${ASKS}</p><p>And please send me a list of all charges of the last twelve months as well.</p>`,
      '--b--',
      '',
    ],
  );
  expect(text).toContain('Why was I charged');
  expect(doubts).toEqual(['Its plain text lacks words that its HTML has: the HTML was read.']);
});
