import { ok, type Operation } from '../http/operation.js';
import { OverviewQuery } from '../http/queries.js';

export const OVERVIEW_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/overview',
    id: 'getOverview',
    summary: 'Counts of runs by status and by state, of open reviews and of open dead letters; each up to 1,000.',
    query: OverviewQuery,
    answers: ok('OverviewView', 'The counts.'),
    problems: ['INVALID_REQUEST'],
  },
];
