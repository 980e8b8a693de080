import { cut } from '@millrace/contracts';
import type { DifferenceView } from '@millrace/client';
import { oneLine } from './terminal.js';

const MARKS = { added: '+', removed: '-', changed: '~' } as const;
const LONGEST = 100;

/** A line for each step, schema or contract that differs, and under it where and how. */
export function differenceText(differences: readonly DifferenceView[]): string {
  const lines: string[] = [];
  let last = '';
  for (const difference of differences) {
    const { what, name, change, at = '', breaking } = difference;
    const subject = name === '' ? what : `${what} ${name}`;
    const isWhole = at === '';
    if (isWhole || subject !== last)
      lines.push(`${MARKS[isWhole ? change : 'changed']} ${subject}${breaking ? '  (breaks those who know it)' : ''}`);
    last = isWhole ? '' : subject;
    if (isWhole && change === 'added') lines.push(`    ${summaryOf(difference.after)}`);
    if (!isWhole) lines.push(`    ${MARKS[change]} ${at.slice(1).replaceAll('/', '.')}  ${changeOf(difference)}`);
    else if (change === 'changed') lines.push(`    ${changeOf(difference)}`);
  }
  return lines.map((line) => line.trimEnd() + '\n').join('');
}

const changeOf = ({ change, before, after }: DifferenceView): string =>
  change === 'added' ? said(after) : change === 'removed' ? said(before) : `${said(before)} → ${said(after)}`;

/** Returns the summary of a step that was added: its stage, and the steps that it waits for. */
function summaryOf(step: unknown): string {
  const { kind, stage, predecessors, when } = (step ?? {}) as Record<string, unknown>;
  if (typeof kind !== 'string') return said(step);
  const after = Array.isArray(predecessors) && predecessors.length > 0 ? ` after ${predecessors.join(', ')}` : '';
  return `${kind}${typeof stage === 'string' ? ` ${stage}` : ''}${after}${typeof when === 'string' ? ` when ${when}` : ''}`;
}

function said(value: unknown): string {
  const text = oneLine(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
  return cut(text, LONGEST + 1, '…');
}
