import type { Operation } from '../http/operation.js';

export const CHANGE_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/changes',
    id: 'watchChanges',
    summary:
      'Says as it happens which lists have changed, instead of being asked again and again: `event` is `changed`, `data` a ChangeView. The first event names all of them. `store`: runs, reviews, dead letters, jobs, pipelines and schedules; `stages`: who serves them, limits, pauses; `models`: quotas, budgets, calls under way.',
    answers: { 200: { text: 'Server-sent events.', type: 'text/event-stream' } },
    problems: ['STORE_UNAVAILABLE'],
  },
];
