import { newWords } from './new-words.js';

const NEW = 'Where is my refund?';

test.each([
  ['English', 'On Mon, Apr 2, 2026 at 6:26 PM, Bank <help@bank.example> wrote:\n\n> Hi'],
  ['English, wrapped', 'On Mon, Apr 2, 2026 at 6:26 PM, Bank Support\n<help@bank.example> wrote:\n\n> Hi'],
  ['French', 'Le 3 mai 2026 à 10:12, Banque <aide@banque.example> a écrit :\n> Bonjour'],
  ['German', 'Am 03.05.2026 um 10:12 schrieb Bank <hilfe@bank.example>:\n> Hallo'],
  ['Spanish', 'El 3 may 2026, a las 10:12, Banco <a@banco.example> escribió:\n> Hola'],
  ['Russian, wrapped', '02.05.2026 14:20 пользователь "Bank" <\nhelp@bank.example> написал:\n> Привет'],
  ['Outlook', 'From: Bank [mailto:help@bank.example]\nSent: 3 May 2026 10:12\nTo: Ada\nSubject: Re\n\nHi'],
  ['Outlook, names alone', 'From: Bank, Help\nSent: Sunday, 3 May 2026 10:12\nTo: Lovelace, Ada\nSubject: Re\n\nHi'],
  ['Outlook, German', '*Von:* Bank\n*Gesendet:* Sonntag, 3. Mai 2026 10:12\n*An:* Ada\n*Betreff:* Re\n\nHallo'],
  ['a divider', '----- Original Message -----\nFrom: Bank\n\nHi'],
  ['marked lines alone', '> On 22 Aug 2026, at 19:21, Bank <help@bank.example> wrote:\n>\n> Hi'],
  ['marked lines alone, Hotmail', '> Subject: Re\n> From: help@bank.example\n> To: a@example.com\n>\n> Hi'],
])('a quoted mail is cut off: %s', (_, quoted) => {
  expect(newWords(`${NEW}\n\n${quoted}`)).toMatchObject({ text: NEW, uncertain: false });
});

test('a line above an attribution is not part of it', () => {
  const quote = 'On Mon, Apr 2, 2026 at 6:26 PM, Bank <help@bank.example> wrote:\n> Hi';
  for (const words of ['My card is lost.', 'On 3 May I lost my card']) {
    expect(newWords(`${words}\n${quote}`)).toMatchObject({ text: words, uncertain: false });
  }
});

test('what was cut is told', () => {
  const mail = `${NEW}\n\nOn 3 May 2026, Bank wrote:\n> Hi\n\n-- \nAda`;
  expect(newWords(mail).leftOut).toEqual(['On 3 May 2026, Bank wrote:', '> Hi', '-- \nAda']);
});

test.each([
  ['-- \nAda Lovelace\n+44 20 7946 0000'],
  ['--\nAda'],
  ['Sent from my iPhone'],
  ['Get Outlook for Android'],
  ['Gesendet von Mail für Windows 10'],
])('a signature is cut off: %j', (signature) => {
  expect(newWords(`${NEW}\n\n${signature}\n\nOn 3 May 2026, Bank wrote:\n> Hi`)).toMatchObject({
    text: NEW,
    uncertain: false,
  });
});

test('answers between quoted lines are kept, in order', () => {
  const mail = 'On 3 May 2026, Bank wrote:\n> Which card?\nThe blue one.\n> Since when?\nSince Monday.';
  expect(newWords(mail)).toMatchObject({ text: 'The blue one.\nSince Monday.', uncertain: false });
});

test.each([
  ['On 3 May my brother wrote a cheque for 50 pounds.\nIt has not arrived.'],
  ['From: the start it was wrong.\nI want it put right.'],
  ['I paid on Monday --\nand again on Tuesday.'],
  ['I have:\n- a card\n- a loan'],
  ['Sent from my account on 3 March: 500 EUR.\nIt never arrived.'],
  ['It never arrived. It was\nsent from my account on 3 March, 500 EUR'],
  ['Sent from my iPhone\nPS: my card was stolen, too.'],
  [`${NEW}\n--\nAda\n\nPS: please block my card, too.`],
  ['Subject: my card\n\nIt was stolen.'],
])('what only looks like a quote or a signature stays: %j', (mail) => {
  expect(newWords(mail)).toEqual({ text: mail, leftOut: [], forwarded: [], uncertain: false });
});

test.each([
  ['Please change my booking.\nFrom: Berlin\nTo: Paris\nI need it before Friday, and my card was charged twice.'],
  ['My trip:\nFrom: Berlin\nTo: Paris\nDate: 3 May 2026 10:15\nSubject: booking 7\nMy card was charged twice.'],
  ['My transfer:\nVon: Konto 1\nAn: Konto 2\nDatum: 3.5.2026\nIt is lost.'],
  ['Hello,\nOn 3 March your colleague wrote:\nthe fee would be refunded.\nIt was not. Please refund 25 EUR now.'],
  ['On 3 May 2026, at 10:12, help@bank.example wrote:\n\nYou get it back.\n\nI did not!'],
  ['My daily limit should be\n>500 EUR\nplease raise it.'],
  ['My limits:\n> 500 EUR a day\n> 2000 EUR a month\nplease raise them.'],
  ['I got this:\n-----Original Message-----\nand nothing else. What is it?'],
])('where it is in doubt whose words they are, all are kept, and it is said: %j', (mail) => {
  expect(newWords(mail)).toEqual({ text: mail, leftOut: [], forwarded: [], uncertain: true });
});

const OUTLOOK = 'From: Bank <help@bank.example>\nSent: 3 May 2026 10:12\nTo: Ada\nSubject: Re: your card';

test.each([
  [
    'after its closing',
    `${OUTLOOK}\n\nWas it you?\n\nKind regards,\nThe bank\n\nNo, it was not me. Please block the card.`,
  ],
  ['after its signature', `${OUTLOOK}\n\nWas it you?\n\n-- \nThe bank\n\nNo, it was not me.`],
  ['in a word', `${OUTLOOK}\n\nWas it you?\n\nKind regards,\nThe bank\n\nNo.`],
  ['after a wide gap', `${OUTLOOK}\n\nWas it you?\n\n\n\nNo, it was not me.`],
  ['after lines that it quotes', `${OUTLOOK}\n\n> My card is gone.\n\nNo, it was not me.`],
  ['right under lines that it quotes', `${OUTLOOK}\n\n> My card is gone.\nNo, it was not me.`],
  [
    'under a divider',
    '-----Original Message-----\nFrom: Bank\n\nWas it you?\n\nBest regards\nBank\n\nNo, it was not me.',
  ],
  [
    'in German',
    `${OUTLOOK}\n\nWaren Sie das?\n\nMit freundlichen Grüßen\nIhre Bank\n\nNein, bitte sperren Sie die Karte.`,
  ],
])('an answer that stands under a mail without marks is kept, and it is said: %s', (_, quoted) => {
  const mail = `Hello,\n\n${quoted}`;
  expect(newWords(mail)).toEqual({ text: mail, leftOut: [], forwarded: [], uncertain: true });
});

test.each([
  'My answers are below.',
  'See my comments inline',
  'Meine Antwort steht unten.',
  'Ma réponse est ci-dessous',
])('who says that the answer stands further down loses nothing: %j', (words) => {
  const mail = `${words}\n\n${OUTLOOK}\n\nWas it you?\nNo.`;
  expect(newWords(mail)).toEqual({ text: mail, leftOut: [], forwarded: [], uncertain: true });
});

test.each([
  ['a closing', `${OUTLOOK}\n\nWas it you?\n\nKind regards,\nThe bank`],
  [
    'small print',
    `${OUTLOOK}\n\nWas it you?\n\nKind regards,\nThe bank\n\nThis mail is confidential and for nobody else.`,
  ],
  ['paragraphs', `${OUTLOOK}\n\nDear Ada,\n\nWas it you?\n\nPlease tell us.`],
  ['who signs', `${OUTLOOK}\n\nWas it you?\n\nKind regards,\n\nThe bank`],
  [
    'what replies of ours end with',
    `${OUTLOOK}\n\nWas it you?\n\nKind regards,\nMillbrook Bank, Customer Support\n\nThis reply is general information and not a commitment by the bank. We never ask for your PIN.`,
  ],
  ['an older mail', `${OUTLOOK}\n\nWas it you?\n\nRegards,\nBank\n\n${OUTLOOK}\n\nMy card is gone.`],
  ['an older mail far down', `${OUTLOOK}\n\nWas it you?\n\n\n\n${OUTLOOK}\n\nMy card is gone.`],
])('a mail without marks that ends with what mails end with is cut without doubt: %s', (_, quoted) => {
  expect(newWords(`${NEW}\n\n${quoted}`)).toMatchObject({ text: NEW, uncertain: false });
});

test('one line of a customer is not taken for a quote because the mail has one, too', () => {
  const mail = `On 3 May 2026, Bank wrote:\n> Which limit?\n\nMine should be\n>500 EUR\na day.`;
  expect(newWords(mail)).toMatchObject({ text: 'Mine should be\n>500 EUR\na day.', uncertain: true });
});

test.each([
  ['> Your card was used.\n> Was it you?'],
  ['On 3 May 2026, Bank wrote:\n> Your card was used.'],
  ['From: Bank <help@bank.example>\nSent: 3 May 2026 10:12\nTo: Ada\nSubject: Re\n\nWas it you?'],
  ['-----Original Message-----\nFrom: Bank\n\nWas it you?'],
])('a mail that is all quote is kept whole rather than lost: %j', (mail) => {
  expect(newWords(mail)).toMatchObject({ text: mail, leftOut: [], uncertain: true });
});

const PASSED_ON =
  '---------- Forwarded message ---------\nFrom: Shop <shop@example.com>\nDate: Sun, 3 May 2026 at 10:12\nSubject: No refund\nTo: a@example.com\n\nWe refund nothing.';

test('a message that is passed on is a part of its own, and a person decides', () => {
  expect(newWords(`Please help.\n\n${PASSED_ON}`)).toMatchObject({
    text: 'Please help.',
    forwarded: [
      {
        from: 'Shop <shop@example.com>',
        subject: 'No refund',
        date: 'Sun, 3 May 2026 at 10:12',
        text: 'We refund nothing.',
      },
    ],
    uncertain: true,
  });
});

test('a mail that does nothing but pass on keeps what it passes on', () => {
  const { text, forwarded, uncertain } = newWords(PASSED_ON);
  expect(text).toBe(PASSED_ON);
  expect(forwarded).toHaveLength(1);
  expect(uncertain).toBe(true);
});

test('what stands between two lines of dashes is kept, and it is said that it may be no signature', () => {
  const words = newWords('I have two issues\n--\nfirst: lost card\n--\nsecond: refund of 50 EUR');
  expect(words.text).toContain('first: lost card');
  expect(words.uncertain).toBe(true);
});

test('running words under dashes are kept, with or without a full stop', () => {
  expect(newWords('My card is lost.\n-- \nplease close my account').text).toContain('please close my account');
  expect(newWords('My card is lost.\n-- \nAnn Smith\nMillbrook Ltd').text).toBe('My card is lost.');
});
