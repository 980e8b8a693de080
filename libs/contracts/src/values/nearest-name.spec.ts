import { nearestName } from '../index.js';

test.each([
  ['intnet', ['intent', 'urgency'], 'intent'],
  ['Intent', ['intent'], 'intent'],
  ['drfat', ['draft', 'drain'], 'draft'],
  ['nonsense', ['draft', 'intent'], undefined],
  ['x'.repeat(100_000), ['draft'], undefined],
])('of %.20s, the name that was probably meant is told', (name, names, nearest) => {
  expect(nearestName(name, names)).toBe(nearest);
});
