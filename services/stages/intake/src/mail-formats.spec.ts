import type { CustomerEmail } from './contract.js';
import { customerEmail } from './customer-email.js';

/** A mail of bytes: each character of `raw` is one. */
async function read(raw: string): Promise<CustomerEmail> {
  const email = await customerEmail({ rawBase64: Buffer.from(raw, 'latin1').toString('base64') });
  if ('code' in email) throw new Error(`${email.code}: ${email.message}`);
  return email;
}
const mail = (headers: string, body: string) => `From: Ann <ann@example.com>\n${headers}\n\n${body}`;
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

test.each([
  ['raw bytes in an encoded word', 'Subject: =?iso-8859-1?Q?Fr\xf6sche?=', 'Frösche'],
  ['an encoded word of UTF-7', 'Subject: =?utf-7?Q?Gr+APw-e?=', 'Grüe'],
  ['raw bytes of the declared charset', 'Subject: \xf0\xd2\xc9\xd7\xc5\xd4\nContent-Type: text/plain; charset=koi8-r', 'Привет'],
  ['raw bytes without a charset', 'Subject: Gr\xfc\xdfe', 'Grüße'],
  ['raw UTF-8', `Subject: ${utf8('Grüße 😀')}`, 'Grüße 😀'],
  ['a character in two encoded words', 'Subject: =?utf-8?Q?Caf=C3?=\n =?utf-8?Q?=A9?=', 'Café'],
  ['a charset that does not exist', 'Subject: =?x-nothing?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
])('a subject is read as it was meant: %s', async (_, headers, subject) => {
  expect((await read(mail(headers, 'Words.'))).subject).toBe(subject);
}); // prettier-ignore

const MIXED = 'Content-Type: multipart/mixed; boundary=b';

test.each([
  ['UTF-7', mail('Content-Type: text/plain; charset=utf-7', 'Gr+APwA3w-e'), 'Grüße'],
  ['bytes that ASCII does not have: UTF-8', mail('Content-Type: text/plain; charset=us-ascii', utf8('Grüße')), 'Grüße'],
  ['bytes that ASCII does not have: Windows-1252', mail('Content-Type: text/plain; charset=us-ascii', 'I can\x92t'), 'I can’t'],
  ['no charset', mail('Content-Type: text/plain', 'Gr\xfc\xdfe'), 'Grüße'],
  ['no content type', mail('Subject: x', 'Gr\xfc\xdfe'), 'Grüße'],
  ['an unknown charset', mail('Content-Type: text/plain; charset=x-unknown', utf8('Grüße')), 'Grüße'],
  ['broken quoted-printable', mail('Content-Transfer-Encoding: quoted-printable', 'a=zz b=3D=\nc'), 'a=zz b=c'],
  ['an unknown encoding', mail('Content-Transfer-Encoding: 8-bits', 'Hello'), 'Hello'],
  ['flowed text', mail('Content-Type: text/plain; format=flowed', 'One \ntwo\n three'), 'One two\nthree'],
  ['flowed text, said in a second line', mail('Content-Type: text/plain;\n\tformat=flowed; charset=utf-8', 'One \ntwo'), 'One two'],
  ['flowed text without its spaces', mail('Content-Type: text/plain; format=flowed; delsp=yes', 'On \ne\n-- \nAnn'), 'One'],
  ['a flowed answer to a flowed quote', mail('Content-Type: text/plain; format="flowed"', 'On 3 May 2026, Bank wrote:\n> Which \n> card? \nThe blue \none.'), 'The blue one.'],
  ['HTML of a charset that it names itself', mail('Content-Type: text/html', '<meta charset="windows-1251">\xcf\xf0\xe8\xe2\xe5\xf2'), 'Привет'],
  ['HTML and a footer', mail(MIXED, '--b\nContent-Type: text/html\n\n<p>Se&ntilde;or</p>\n--b\n\n--\nA list\n--b--'), 'Señor'],
  ['obsolete spaces before the colon', 'From : Ann <ann@example.com>\nSubject : x\n\nHello', 'Hello'],
  ['nested parts', mail(MIXED, '--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nPlain\n--c\nContent-Type: text/html\n\n<b>HTML</b>\n--c--\n--b\n\nAfter\n--b--'), 'Plain\nAfter'],
])('a text is read as it was meant: %s', async (_, raw, text) => {
  const email = await read(raw);
  expect(email.text.replace(/\n+/g, '\n')).toBe(text);
  expect(email.uncertain).toBe(false);
}); // prettier-ignore

test.each([
  ['no boundary', 'Content-Type: multipart/mixed', '--b\n\nHello, my card is lost.\n--b--'],
  ['a wrong boundary', 'Content-Type: multipart/mixed; boundary=c', '--b\n\nHello, my card is lost.\n--b--'],
  ['no part at all', 'Content-Type: multipart/alternative; boundary=c', 'Hello, my card is lost.'],
])('a mail whose parts cannot be told keeps all of its text, and a person decides: %s', async (_, headers, body) => {
  expect(await read(mail(headers, body))).toMatchObject({ text: body, uncertain: true });
});

test('a mail that another carries is a part of its own, and what follows it is kept', async () => {
  const inner = 'From: Shop <shop@example.com>\nSubject: =?utf-8?Q?No_caf=C3=A9?=\n\nWe refund nothing.';
  const parts = ['\nBefore', `Content-Type: message/rfc822\n\n${inner}`, '\nAfter'];
  const email = await read(mail(MIXED, `${parts.map((part) => `--b\n${part}\n`).join('')}--b--`));
  expect(email.text.split(/\n+/)).toEqual(['Before', 'After']);
  expect(email).toMatchObject({
    forwarded: [{ from: 'Shop <shop@example.com>', subject: 'No café', text: 'We refund nothing.' }],
    attachments: [{ type: 'message/rfc822' }],
    uncertain: true,
  });
});

test('a mail that does nothing but carry another is about what that one says', async () => {
  const email = await read(mail('Content-Type: message/rfc822', 'Subject: No\n\nWe refund nothing.'));
  expect(email).toMatchObject({ text: 'We refund nothing.', uncertain: true });
});

test('a bounce is not about the mail that it returns', async () => {
  const report = 'Content-Type: multipart/report; boundary=b';
  const body = '--b\n\nNot delivered.\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nOld words\n--b--';
  const email = await read(mail(report, body));
  expect(email).toMatchObject({ text: 'Not delivered.', automatic: true });
  expect(email.forwarded).toBeUndefined();
});

test('quotes are told in HTML as in plain text', async () => {
  const html =
    '<div>My card is lost.</div><div class="gmail_quote">On Mon, Apr 2, 2026 at 6:26 PM, Bank &lt;<a href="mailto:b@bank.example">b@bank.example</a>&gt; wrote:<br><blockquote class="gmail_quote">Hi</blockquote></div>';
  expect(await read(mail('Content-Type: text/html', html))).toMatchObject({
    text: 'My card is lost.',
    leftOut: [expect.stringContaining('wrote:'), '> Hi'],
    uncertain: false,
  });
});

test('a NUL is not taken for an end', async () => {
  expect(await read(mail('Subject: a\0b', 'My card\0 is lost.'))).toMatchObject({
    subject: expect.stringMatching(/^a.?b$/u),
    text: 'My card\ufffd is lost.',
    truncated: false,
  });
});

test('names of attachments are whole, in whatever way they are written', async () => {
  const names = ["filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "filename*0*=utf-8''Gr%C3%BC; filename*1*=%C3%9Fe.pdf", 'filename="=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?="', 'filename="Gr\xfc\xdfe.pdf"']; // prettier-ignore
  const parts = names.map(
    (name) => `--b\nContent-Type: application/pdf\nContent-Disposition: attachment; ${name}\n\nx\n`,
  );
  const { attachments } = await read(mail(MIXED, `${parts.join('')}--b--`));
  expect(attachments.map(({ name }) => name)).toEqual(names.map(() => 'Grüße.pdf'));
});

test.each([['😀'], ['👩‍👩‍👧'], ['e\u0301']])('a subject that is too long ends in a whole character: %s', async (character) => {
  const { subject } = await read(mail(`Subject: =?utf-8?B?${Buffer.from(`${'a'.repeat(499)}${character}b`).toString('base64')}?=`, 'x'));
  expect(subject).toBe('a'.repeat(499));
}); // prettier-ignore
