import { personalDataIn } from '@millrace/ai';
import { unsupportedIn } from './unsupported.js';

const sources = ['Refunds take five working days. The fee is £1,250.00 or 2.75%.', 'I paid on 3 May 2026.'];

test.each([
  ['Refunds take 5 working days [kb:refunds-90].', []],
  ['Refunds take five days, and you paid on 3 May 2026.', []],
  ['The fee is 1250 pounds.', []],
  ['The fee is 2.75%, see https://bank.example/2031.', []],
  ['Please send the last four digits.', []],
  ['Refunds take seven working days.', ['seven']],
  ['You get £40 within 24 hours, that is £40.', ['40', '24']],
  ['Your card 4111 1111 1111 1111 is blocked.', []],
])('a number that no article and no mail states is found: %s', (draft, found) => {
  expect(unsupportedIn(draft, { sources, personal: personalDataIn(draft) })).toEqual(found);
});
