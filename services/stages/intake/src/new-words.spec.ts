import { newWords } from './new-words.js';

const NEW = 'Where is my refund?';

test.each([
  ['English', 'On Mon, Apr 2, 2026 at 6:26 PM, Bank <help@bank.example> wrote:\n\n> Hi'],
  ['English, wrapped', 'On Mon, Apr 2, 2026 at 6:26 PM, Bank Support\n<help@bank.example> wrote:\n\n> Hi'],
  ['French', 'Le 3 mai 2026 à 10:12, Banque <aide@banque.example> a écrit :\n> Bonjour'],
  ['German', 'Am 03.05.2026 um 10:12 schrieb Bank <hilfe@bank.example>:\n> Hallo'],
  ['Spanish', 'El 3 may 2026, a las 10:12, Banco <a@banco.example> escribió:\n> Hola'],
  ['without marks', 'On May 3, 2026, at 10:12, help@bank.example wrote:\n\nHi'],
  ['Russian, wrapped', '02.05.2026 14:20 пользователь "Bank" <\nhelp@bank.example> написал:\n> Привет'],
  ['Outlook', 'From: Bank [mailto:help@bank.example]\nSent: 3 May 2026 10:12\nTo: Ada\nSubject: Re\n\nHi'],
  ['a divider', '----- Original Message -----\nFrom: Bank\n\nHi'],
  ['marked lines alone', '> On 22 Aug 2026, at 19:21, Bank <help@bank.example> wrote:\n>\n> Hi'],
])('a quoted mail is cut off: %s', (_, quoted) => {
  expect(newWords(`${NEW}\n\n${quoted}`)).toBe(NEW);
});

test.each([['-- \nAda Lovelace\n+44 20 7946 0000'], ['--\nAda'], ['Sent from my iPhone'], ['Get Outlook for Android']])(
  'a signature is cut off: %j',
  (signature) => {
    expect(newWords(`${NEW}\n\n${signature}\n\nOn 3 May 2026, Bank wrote:\n> Hi`)).toBe(NEW);
  },
);

test('answers between quoted lines are kept, in order', () => {
  const mail = 'On 3 May 2026, Bank wrote:\n> Which card?\nThe blue one.\n> Since when?\nSince Monday.';
  expect(newWords(mail)).toBe('The blue one.\nSince Monday.');
});

test.each([
  ['On 3 May my brother wrote a cheque for 50 pounds.\nIt has not arrived.'],
  ['From: the start it was wrong.\nI want it put right.'],
  ['I paid on Monday --\nand again on Tuesday.'],
])('what only looks like a quote or a signature stays: %j', (mail) => {
  expect(newWords(mail)).toBe(mail);
});

test('a mail that is all quote is kept whole rather than lost', () => {
  expect(newWords('> Your card was used.\n> Was it you?')).toBe('> Your card was used.\n> Was it you?');
});
