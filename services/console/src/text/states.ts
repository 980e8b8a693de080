import type { RunSummaryView } from '@millrace/client';

/** The mark of each status and state: shapes that differ without colour. */
export const MARKS: Readonly<Record<string, string>> = {
  held: '◔',
  running: '▶',
  waiting: '✋',
  paused: '‖',
  compensating: '↶',
  completed: '✓',
  failed: '✗',
  'dead-lettered': '☠',
  cancelled: '⊘',
  retrying: '↻',
  sleeping: '☾',
  'no consumer': '⚠',
  pending: '○',
  skipped: '⤼',
  open: '☠',
  redriven: '↻',
  closed: '⊘',
  resolved: '✓',
  refused: '✗',
  sent: '▶',
  stopped: '⊘',
};

/** Returns the state of a run as people ask for it: its status, made more exact by what it does now. */
export function stateOf({ status, now, noConsumer }: RunSummaryView): string {
  if (noConsumer !== undefined && (status === 'running' || status === 'compensating')) return 'no consumer';
  if (status !== 'running' && status !== 'waiting') return status;
  if (now?.status === 'retrying') return 'retrying';
  if (now?.status === 'waiting' && now.kind === 'sleep') return 'sleeping';
  return status;
}

/** Says in words whom or what a run waits for. */
export function waitsFor({ now, noConsumer, status }: RunSummaryView): string | undefined {
  if (noConsumer !== undefined) return `for a process that serves ${noConsumer.join(', ')}`;
  if (!now) return status === 'held' ? 'for its time or its turn' : undefined;
  if (now.status === 'dead-lettered') return 'for somebody to redrive it';
  if (now.childStatus !== undefined && now.childStatus !== 'running')
    return `for a child run that is ${now.childStatus}`;
  if (now.status !== 'waiting') return undefined;
  if (now.kind === 'sleep') return 'for a time';
  if (now.kind === 'signal') return 'for a signal';
  if (now.claimedBy !== undefined) return `for ${now.claimedBy}, who has claimed it`;
  if (now.assignee !== undefined) return `for ${now.assignee}`;
  return now.group === undefined ? 'for a person' : `for the group ${now.group}`;
}
