import { byWhom, timeText } from '@millrace/contracts';
import type { Action, JobItemView, JobView } from '@millrace/contracts/http';
import type { Job, JobItem } from '@millrace/store';
import { failureView, timeOf } from '../runs/shown.js';

const ACTIONS: Readonly<Record<Job['status'], readonly Action[]>> = {
  running: ['pause', 'stop'],
  paused: ['resume', 'stop'],
  stopped: [],
  completed: [],
};

export function jobView({ id, status, work, at, endedAt, by, reason, items }: Job): JobView {
  const { kind, filter, perSecond, maxRedrives } = work;
  return {
    id,
    kind,
    status,
    at: timeOf(at),
    ...(endedAt !== undefined && { endedAt: timeOf(endedAt) }),
    ...byWhom({ by, reason }),
    filter: Object.fromEntries(
      Object.entries(filter).map(([name, value]) => [name, typeof value === 'number' ? timeText(value) : value]),
    ),
    ...(perSecond !== undefined && { perSecond }),
    ...(maxRedrives !== undefined && { maxRedrives }),
    total: Object.values(items).reduce((sum, count) => sum + count, 0),
    items: { ...items },
    allowedActions: [...ACTIONS[status]],
    links: { self: `/v1/jobs/${id}`, items: `/v1/jobs/${id}/items` },
  };
}

export const jobItemView = ({ letter, status, at, failure }: JobItem): JobItemView => ({
  deadLetter: letter,
  status,
  ...(at !== undefined && { at: timeOf(at) }),
  ...(failure && { failure: failureView(failure) }),
});
