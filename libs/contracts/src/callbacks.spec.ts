import fc from 'fast-check';
import { type AttemptTicket, readTicket, signTicket } from './callbacks.js';

const KEY = 'a key of at least thirty-two characters';
const ticket: AttemptTicket = {
  run: `run_${'0'.repeat(26)}`,
  step: 'embed[3]',
  attempt: 2,
  stage: 'transcribe',
  startedAt: 1_795_984_525_591,
  expires: 1_795_984_825_591,
  trace: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
};

test('a token names what it was made for', () => {
  expect(readTicket(signTicket(ticket, KEY), KEY)).toEqual(ticket);
});

test('a token of another key, and one that was changed anywhere, is none', () => {
  const token = signTicket(ticket, KEY);
  expect(readTicket(token, `${KEY}.`)).toBeUndefined();
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'aQz09-_+/=. '), (at, letter) => {
      const changed = token.slice(0, at) + letter + token.slice(at + 1);
      if (changed !== token) expect(readTicket(changed, KEY)).toBeUndefined();
    }),
  );
  for (const none of ['', '.', 'a.b', `${token}.${token}`, 'x'.repeat(10_000)])
    expect(readTicket(none, KEY)).toBeUndefined();
});
