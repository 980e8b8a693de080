import { type Fields, FilterError, readFilter } from '../engine.js';

const FIELDS: Fields = {
  status: { type: 'text', values: ['running', 'failed'] },
  title: { type: 'text' },
  degraded: { type: 'boolean' },
  tags: { type: 'texts' },
  attributes: { type: 'map' },
  acceptedAt: { type: 'time' },
};
const NOW = 1_700_000_000_000;
const read = (text: string) => readFilter(text, FIELDS, NOW);

test('a filter is read whichever side the field is on, and with the time of now', () => {
  expect(read('"failed" == status')).toMatchObject({ is: 'equal', value: 'failed' });
  expect(read('12 < attributes.amount')).toMatchObject({ is: 'ordered', by: '>', value: 12, field: { key: 'amount' } });
  expect(read('acceptedAt > now - duration("1h30m")')).toMatchObject({ by: '>', value: NOW - 5_400_000 });
  expect(read('acceptedAt < timestamp("2026-01-31T09:00:00Z")')).toMatchObject({ value: Date.UTC(2026, 0, 31, 9) });
  expect(read('"vip" in tags')).toMatchObject({ is: 'has', value: 'vip' });
  expect(read('title != null')).toMatchObject({ is: 'not', of: { is: 'not', of: { is: 'present' } } });
});

test.each([
  ['statsu == "failed"', 'there is no field "statsu"; did you mean status?'],
  ['status == "fialed"', '"status" is never "fialed"; it is one of running, failed'],
  ['status == 1', '"status" is compared with a string'],
  ['acceptedAt > "2026-01-01"', '"acceptedAt" is a time: compare it with timestamp('],
  ['acceptedAt > 1700000000000', '"acceptedAt" is a time'],
  ['title', '"title" is no condition'],
  ['tags == "vip"', '"tags" is a list: write "x" in tags'],
  ['degraded > true', '"degraded" has no order'],
  ['attributes == "x"', '"attributes" has values by name: write attributes.NAME'],
  ['title.matches("a+")', '"matches" cannot be searched for; there are contains, startsWith, endsWith'],
  ['size(tags) > 1', 'a comparison needs a field on one side'],
  ['status == title', 'a field is compared with a text, a number'],
  ['input.text == "x"', 'there is no field "input"|has no values by name'],
  ['status ==', 'it is not valid CEL'],
  ['title == "a\\u0000b"', 'a field is compared with'],
  [Array.from({ length: 60 }, () => 'degraded && (').join('') + 'degraded' + ')'.repeat(60), 'it is not valid CEL'],
  [Array.from({ length: 400 }, () => 'degraded').join(' || '), 'it is not valid CEL'],
])('what cannot be searched for is refused, and said: %s', (text, why) => {
  let told = '';
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    told = error.message;
  }
  expect(why.split('|').some((one) => told.includes(one)) ? '' : told || 'accepted').toBe('');
});
