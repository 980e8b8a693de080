import { capped, linesWith, partsOf, splitAtRuns } from './payload-text.js';

test('texts of a payload are read as texts, everything else as JSON', () => {
  expect(partsOf({ text: '<b>hi</b>', score: 0.5 })).toEqual([
    { name: 'text', text: '<b>hi</b>', isText: true },
    { name: 'score', text: '0.5', isText: false },
  ]);
  expect(partsOf([1])).toEqual([{ name: '', text: '[\n  1\n]', isText: false }]);
});

test('a payload of any size puts a bounded number of characters on the page', () => {
  for (const size of [1_000, 100_000, 10_000_000])
    expect(capped('x'.repeat(size)).shown.length).toBeLessThanOrEqual(60_000);
  expect(capped('abc', 2)).toEqual({ shown: 'ab', leftOut: 1 });
});

test('a search hides the lines that do not hold the text', () => {
  expect(linesWith('One\ntwo\nonE more', 'one')).toBe('One\nonE more');
});

test('the id of a run, wherever a value has one, can lead to it', () => {
  const run = 'run_m7bpty7egjgs7x2ft2c63j1daz';
  expect(splitAtRuns(`see ${run}.`)).toEqual(['see ', run, '.']);
  expect(splitAtRuns('no run_id here')).toEqual(['no run_id here']);
});
