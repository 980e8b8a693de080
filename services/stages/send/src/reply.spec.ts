import { replySubject, replyTo } from './reply.js';

const ada = { from: { name: 'Ada', address: 'ada@example.com' }, subject: 'Refund', messageId: '<one@example.com>' };
const FROM = 'Support <support@bank.example>';

test('a reply goes to the writer, in the thread of the message', () => {
  expect(replyTo({ original: ada, text: 'Soon.' }, 'run_1.send', FROM)).toEqual({
    key: 'run_1.send',
    messageId: '<run_1.send@bank.example>',
    from: FROM,
    to: { name: 'Ada', address: 'ada@example.com' },
    subject: 'Re: Refund',
    text: 'Soon.',
    inReplyTo: '<one@example.com>',
  });
});

test('a reply goes where the writer wants answers', () => {
  const reply = replyTo({ original: { ...ada, replyTo: 'home@example.com' }, text: 'Soon.' }, 'k', FROM);
  expect(reply?.to).toEqual({ name: '', address: 'home@example.com' });
});

test('a reply has no marks of citations, whoever wrote it', () => {
  expect(replyTo({ original: ada, text: 'Soon [kb:refunds]. (KB: fees)' }, 'k', FROM)?.text).toBe('Soon.');
});

test('without an address there is no reply', () => {
  expect(replyTo({ original: { subject: 'Refund' }, text: 'Soon.' }, 'k', FROM)).toBeUndefined();
});

test('the same key names the same mail, and a strange key names no file outside the outbox', () => {
  const keyOf = (key: string) => replyTo({ original: ada, text: 'Soon.' }, key, FROM)?.key;
  expect(keyOf('../../etc/passwd')).toMatch(/^[0-9a-f]{64}$/);
  expect(keyOf('../../etc/passwd')).toBe(keyOf('../../etc/passwd'));
  expect(keyOf('../../etc/passwd')).not.toBe(keyOf('../../etc/shadow'));
});

test.each([
  ['Refund', 'Re: Refund'],
  ['Re: RE: AW: Refund', 'Re: Refund'],
  ['', 'Re: your message'],
  ['a\r\nBcc: all@example.com', 'Re: a Bcc: all@example.com'],
])('the subject %j is answered as %j', (subject, answered) => {
  expect(replySubject(subject)).toBe(answered);
});
