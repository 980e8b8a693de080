import fc from 'fast-check';
import { personalDataIn, redacted } from '../index.js';

const mail = [
  'My card 4111 1111 1111 1111 was charged; write to ada@example.com or call +44 7700 900123.',
  'Send it to GB29 NWBK 6016 1331 9268 19. Again: 4111 1111 1111 1111.',
].join('\n');

test('cards, IBANs, e-mail addresses and phone numbers leave as placeholders, the same one for the same number', () => {
  const { text, count } = redacted(mail);
  expect(personalDataIn(text)).toEqual([]);
  expect(text).toMatch(
    /^My card (\[card-\d\]) was charged; write to \[email-\d\] or call \[phone-\d\]\.\nSend it to \[iban-\d\]\. Again: \1\.$/,
  );
  expect(count).toBe(4);
});

test('placeholders in an answer become what they stand for, at any depth, in any case', () => {
  const { text, restore } = redacted(mail);
  expect(restore(text)).toBe(mail);
  const [card] = /\[card-\d\]/.exec(text)!;
  expect(restore({ list: [`It is ${card.toUpperCase()}.`], count: 1 })).toEqual({
    list: ['It is 4111 1111 1111 1111.'],
    count: 1,
  });
});

test('a placeholder that a text contains stands for nothing', () => {
  const { text, restore } = redacted('[card-1] and 4111 1111 1111 1111');
  expect(text).toBe('[card-1] and [card-2]');
  expect(restore('[card-1] [card-2] [card-9]')).toBe('[card-1] 4111 1111 1111 1111 [card-9]');
});

test('whatever a text is, and however long, what leaves has no number of a card, and the way back gives the text', () => {
  const parts = fc.constantFrom(
    '4111 1111 1111 1111',
    'a@b.example',
    'x',
    ' ',
    '\n',
    '[card-1]',
    'word '.repeat(5_000),
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 40 }), (words) => {
      const text = words.join(' ');
      const { text: sent, restore } = redacted(text);
      expect(sent).not.toContain('1111 1111');
      expect(restore(sent)).toBe(text);
    }),
    { numRuns: 100, seed: 20261130 },
  );
});
