import { waitsFor } from './states.js';

type Shown = Parameters<typeof waitsFor>[0];

test.each([
  [{ status: 'held', hold: { key: 'acme', behind: 'run_p', ahead: 1 } }, 'for run_p, which holds up acme'],
  [{ status: 'held' }, 'for its time or its turn'],
  [{ status: 'running' }, undefined],
])('a list says of a run what it waits for: %j', (run, said) => {
  expect(waitsFor(run as Shown)).toBe(said);
});
