import type { RunSummaryView } from '@millrace/client';
import { merged } from './merged.js';

const run = (id: string, second: number, status: RunSummaryView['status'] = 'running'): RunSummaryView => ({
  ...{ id, pipeline: 'hello', plan: 'p', status, state: status, links: {} },
  acceptedAt: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`,
});

test('runs that are shown change in place, and new ones are counted until somebody wants to see them', () => {
  const shown = [run('b', 2), run('a', 1)];
  const { rows, fresh } = merged(shown, [run('d', 4), run('c', 3), run('b', 2, 'completed')]);
  expect(rows.map(({ id, status }) => [id, status])).toEqual([
    ['b', 'completed'],
    ['a', 'running'],
  ]);
  expect(fresh).toBe(2);
});

test('an old run that comes to fit the filter is not told as new', () => {
  expect(merged([run('c', 9)], [run('c', 9), run('a', 1)]).fresh).toBe(0);
});
