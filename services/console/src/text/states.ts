import type { RunSummaryView } from '@millrace/client';

/** The mark of each status and state: shapes that differ without colour. */
export const MARKS: Readonly<Record<string, string>> = {
  held: '◔',
  running: '▶',
  waiting: '⧖',
  paused: '‖',
  compensating: '↶',
  completed: '✓',
  failed: '✗',
  'dead-lettered': '☠',
  cancelled: '⊘',
  retrying: '↻',
  sleeping: '☾',
  'no-consumer': '⚠',
  'waiting-for-model': '⧗',
  'waiting-for-person': '✋',
  'waiting-for-signal': '⚑',
  'waiting-for-run': '⋯',
  added: '+',
  changed: '≠',
  removed: '−',
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

/** The words for states whose names are no words. */
export const WORDS: Readonly<Record<string, string>> = {
  'no-consumer': 'no consumer',
  'waiting-for-model': 'waiting for a model',
  'waiting-for-person': 'waiting for a person',
  'waiting-for-signal': 'waiting for a signal',
  'waiting-for-run': 'waiting behind a run',
};

/** Says in words whom or what a run waits for. */
export function waitsFor({ now, noConsumer, status, state, hold }: RunSummaryView): string | undefined {
  if (noConsumer !== undefined) return `for a process that serves ${noConsumer.join(', ')}`;
  if (hold?.behind !== undefined) return `for ${hold.behind}, which holds up ${hold.key}`;
  if (state === 'waiting-for-model') return 'for its turn with a model, or for a budget';
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
