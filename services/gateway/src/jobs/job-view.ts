import { byWhom, derivedId, isRunId, isRunWork, type JobWork, replayIdOf, timeText } from '@millrace/contracts';
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
  const { kind, perSecond } = work;
  return {
    id,
    kind,
    status,
    at: timeOf(at),
    ...(endedAt !== undefined && { endedAt: timeOf(endedAt) }),
    ...byWhom({ by, reason }),
    filter: Object.fromEntries(
      Object.entries(filterOf(work)).map(([name, value]) => [
        name,
        typeof value === 'number' ? timeText(value) : String(value),
      ]),
    ),
    ...(perSecond !== undefined && { perSecond }),
    ...detailsOf(work),
    total: Object.values(items).reduce((sum, count) => sum + count, 0),
    items: { ...items },
    allowedActions: [...ACTIONS[status]],
    links: {
      ...{ self: `/v1/jobs/${id}`, items: `/v1/jobs/${id}/items` },
      ...(kind === 'compare' && { comparison: `/v1/jobs/${id}/comparison` }),
    },
  };
}

function filterOf(work: JobWork): Readonly<Record<string, string | number>> {
  if (work.kind === 'erase') {
    const { name, pipeline } = work.attribute;
    return { attribute: name, ...(pipeline !== undefined && { pipeline }) };
  }
  return isRunWork(work) ? work.runs : work.filter;
}

function detailsOf(work: JobWork): Pick<JobView, 'maxRedrives' | 'from' | 'plan' | 'steps'> {
  if (!isRunWork(work)) return work.maxRedrives === undefined ? {} : { maxRedrives: work.maxRedrives };
  if (work.kind === 'erase') return {};
  const plan = work.plan !== undefined && { plan: work.plan };
  if (work.kind === 'replay') return { from: work.from, ...plan };
  return { ...(work.steps && { steps: work.steps }), ...plan };
}

/** Items whose run has been asked for. */
const BEGUN: ReadonlySet<JobItem['status']> = new Set(['sent', 'replayed', 'same', 'different', 'failed']);

export const jobItemView = ({ id, work }: Job, { letter, status, at, failure }: JobItem): JobItemView => ({
  ...(isRunId(letter) ? { run: letter } : { deadLetter: letter }),
  // The run that a job begins for another one follows from both.
  ...(isRunWork(work) &&
    work.kind !== 'erase' &&
    BEGUN.has(status) && { replay: replayIdOf({ id: derivedId('act', id, letter) }) }),
  status,
  ...(at !== undefined && { at: timeOf(at) }),
  ...(failure && { failure: failureView(failure) }),
});
