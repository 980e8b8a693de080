import { type Fact, messagePattern, readTraceparent, remedyOf } from '@millrace/contracts';
import type { DeadLetterGroupView, DeadLetterView } from '@millrace/contracts/http';
import { evolve, runTraceOf } from '@millrace/saga';
import type { KeptLetter, LetterGroup, RunRecord } from '@millrace/store';
import { failureView, timeOf } from '../runs/shown.js';
import { historiesOf } from '../runs/step-history.js';

/** Returns a letter as lists show it; with the run that it is of, its attempts and its trace, too. */
export function deadLetterView(letter: KeptLetter, run?: RunRecord): DeadLetterView {
  const {
    id,
    status,
    pipeline,
    step,
    stage,
    attempts,
    redrives = 0,
    input,
    record,
    fingerprint,
    assignee,
    desk,
  } = letter;
  const { handled, notes = [], tags = [], links = [] } = desk;
  const traceId = run ? runTraceOf(evolve(undefined, run.id, run.facts)).traceId : traceOf(letter);
  return {
    id,
    status,
    at: timeOf(letter.at),
    failure: failureView(letter.failure),
    fingerprint,
    ...(letter.run !== undefined && { run: letter.run }),
    ...(traceId !== undefined && { traceId }),
    ...(pipeline !== undefined && { pipeline }),
    ...(step !== undefined && { step }),
    ...(stage !== undefined && { stage }),
    attempts,
    ...(run && step !== undefined && { tries: triesOf(run.facts, { id, step }) }),
    redrives,
    ...(input !== undefined && { input }),
    ...(record && { record: { ...record, timestamp: timeOf(record.timestamp) } }),
    ...(assignee !== undefined && { assignee }),
    ...(handled && { handled: { ...handled, at: timeOf(handled.at) } }),
    ...(notes.length > 0 && { notes: notes.map((note) => ({ ...note, at: timeOf(note.at) })) }),
    ...(tags.length > 0 && { tags: [...tags] }),
    ...(links.length > 0 && { tickets: [...links] }),
    allowedActions: status === 'open' ? ['redrive', 'resolve'] : status === 'resolved' ? ['reopen'] : [],
    links: {
      self: `/v1/dead-letters/${id}`,
      group: `/v1/dead-letters?fingerprint=${fingerprint}`,
      ...(letter.run !== undefined && { run: `/v1/runs/${letter.run}`, page: `/runs/${letter.run}` }),
    },
  };
}

/** Returns the attempts of a step up to the letter. */
function triesOf(facts: readonly Fact[], { id, step }: { id: string; step: string }): DeadLetterView['tries'] {
  const parked = facts.findIndex((fact) => fact.type === 'step.dead-lettered' && fact.deadLetter === id);
  const before = parked < 0 ? facts : facts.slice(0, parked + 1);
  return historiesOf(before).get(step)?.attempts ?? [];
}

const traceOf = ({ record }: KeptLetter): string | undefined =>
  record && readTraceparent(record.headers['traceparent'] ?? '')?.traceId;

export function groupView(
  group: LetterGroup,
  { from, partMs }: { readonly from: number; readonly partMs: number },
): DeadLetterGroupView {
  const { fingerprint, count, open, newest, trend } = group;
  const { code, message } = newest.failure;
  const failedAt = newest.stage ?? newest.step ?? newest.record?.topic;
  return {
    fingerprint,
    ...(failedAt !== undefined && { failedAt }),
    code,
    pattern: messagePattern(message),
    message,
    remedy: remedyOf(code),
    count,
    open,
    firstSeen: timeOf(group.firstSeen),
    lastSeen: timeOf(group.lastSeen),
    newest: newest.id,
    trend: { from: timeOf(from), partMs, counts: [...trend] },
    links: {
      letters: `/v1/dead-letters?fingerprint=${fingerprint}`,
      newest: `/v1/dead-letters/${newest.id}`,
    },
  };
}
