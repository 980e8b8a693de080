import type { Degraded } from '@millrace/contracts';
import { ITEMS_WORD } from '@millrace/contracts/http';
import type { ItemsView, RunView, StepView } from '@millrace/client';
import { millisOf } from './output.js';
import { outputText } from './outcome.js';
import { type Colour, oneLine, paint, type Terminal } from './terminal.js';

const COLOUR: Readonly<Record<string, Colour>> = {
  running: 'blue',
  retrying: 'yellow',
  waiting: 'yellow',
  paused: 'yellow',
  compensating: 'yellow',
  completed: 'green',
  failed: 'red',
  'dead-lettered': 'red',
  cancelled: 'grey',
  skipped: 'grey',
  pending: 'grey',
};

/** A run for people: its state, its steps, its output. */
export function runText(run: RunView, terminal: Pick<Terminal, 'colours'>): string {
  const status = (of: string, width = 0) => paint(terminal, COLOUR[of] ?? 'grey', of.padEnd(width));
  const width = Math.max(4, ...run.steps.map(({ name }) => name.length));
  const lines = [
    `${run.id}  ${status(run.status)}`,
    `pipeline  ${run.pipeline}`,
    ...(run.title === undefined ? [] : [`title     ${oneLine(run.title)}`]),
    ...labelLines(run),
    `accepted  ${run.acceptedAt}`,
    ...(run.endedAt ? [`ended     ${run.endedAt}`] : []),
    ...(run.failure
      ? [`failure   ${run.failedStep ? `${run.failedStep}: ` : ''}${run.failure.code}: ${oneLine(run.failure.message)}`]
      : []),
    ...holdLines(run),
    ...outcomeLines(run),
    ...(run.handler ? [`handler   ${run.handler}`] : []),
    ...(run.degradedBy ?? []).map((one) => `degraded  ${degradedText(one)}`),
    ...(run.parent ? [`parent    ${run.parent} ${run.parentStep}`] : []),
    ...(run.noConsumer ?? []).map((stage) => `stage     ${stage}: ${paint(terminal, 'red', 'no consumer')}`),
    `trace     ${run.traceId}`,
    '',
    ...run.steps.flatMap((step) => [
      `  ${step.name.padEnd(width)}  ${status(step.status, 13)}  ${detailOf(step)}`.trimEnd(),
    ]),
  ];
  if (run.output !== undefined && run.output !== null) lines.push('', outputText(run.output));
  return lines.join('\n');
}

function labelLines({ attributes = {}, tags = [] }: RunView): readonly string[] {
  const values = Object.entries(attributes).map(([name, value]) => `${name}=${oneLine(String(value))}`);
  return [
    ...(values.length > 0 ? [`found by  ${values.join('  ')}`] : []),
    ...(tags.length > 0 ? [`tags      ${tags.map((tag) => oneLine(tag)).join(', ')}`] : []),
  ];
}

function holdLines({ hold }: RunView): readonly string[] {
  if (!hold) return [];
  const { behind, ahead = 0, waiting = 0 } = hold;
  const key = JSON.stringify(oneLine(hold.key));
  if (behind === undefined)
    return waiting === 0 ? [] : [`holds up  ${waiting} later ${waiting === 1 ? 'run' : 'runs'} of the key ${key}`];
  const others = ahead === 1 ? '; 1 other run goes first' : `; ${ahead} other runs go first`;
  return [`waits     behind ${behind}, which holds up the key ${key}${ahead === 0 ? '' : others}`];
}

const outcomeLines = ({ outcomes = [] }: RunView): readonly string[] =>
  outcomes.map(
    ({ name, value, by, comment }) =>
      `outcome   ${name}=${oneLine(String(value))}${by === undefined ? '' : ` by ${oneLine(by)}`}${comment === undefined ? '' : `: ${oneLine(comment)}`}`,
  );

function degradedText({ step, by, code, message }: Degraded): string {
  const used = by === 'run' ? 'its run is degraded' : by === 'stage' ? 'its stage fell back' : `${by} used`;
  return `${step}: ${used}${code ? `, ${code}: ${oneLine(message ?? '')}` : ''}`;
}

function itemsText(kind: StepView['kind'], { total, pages: chunks, running, ended, failed }: ItemsView): string {
  const word = chunks === undefined ? ITEMS_WORD[kind as keyof typeof ITEMS_WORD] : 'chunks';
  return [`${ended}/${total} ${word}`, running > 0 && `${running} running`, failed > 0 && `${failed} failed`]
    .filter(Boolean)
    .join(', ');
}

function detailOf(step: StepView): string {
  const took =
    step.startedAt && step.endedAt ? millisOf(Date.parse(step.endedAt) - Date.parse(step.startedAt)) : undefined;
  const parts = [
    took,
    step.noConsumer && 'no consumer',
    step.items && itemsText(step.kind, step.items),
    step.lookingUp && 'looks its output up in the cache',
    step.cached && `cached, by ${step.cached.run}`,
    step.child && step.status !== 'completed' ? `${step.child} ${step.childStatus ?? ''}`.trim() : step.child,
    step.attempts.length > 1 ? `${step.attempts.length} attempts` : undefined,
    step.due ? `due ${step.due}` : undefined,
    (step.assignee ?? step.group) && `for ${oneLine(step.assignee ?? step.group ?? '')}`,
    step.from && step.status === 'waiting' && `for ${oneLine(step.from.key)} from ${oneLine(step.from.topic)}`,
    step.claimedBy && `claimed by ${oneLine(step.claimedBy)}`,
    step.answeredBy ? `by ${oneLine(step.answeredBy)}` : undefined,
    step.deadLetter,
    step.status !== 'completed' && step.failure ? `${step.failure.code}: ${oneLine(step.failure.message)}` : undefined,
  ];
  return parts.filter(Boolean).join('  ');
}
