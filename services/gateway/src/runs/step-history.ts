import type { Fact } from '@millrace/contracts';
import type { AttemptView, StepView } from '@millrace/contracts/http';
import { callsView } from './model-calls.js';
import { failureView, timeOf } from './shown.js';

/** The history of one step, beyond its present state. */
export interface History {
  readonly attempts: AttemptView[];
  readonly numbers: number[];
  /** The last attempt waits for a model, and goes on with the next request. */
  deferred: boolean;
  startedAt: number | undefined;
  endedAt: number | undefined;
  waiting: { since: number; show: unknown; from: StepView['from'] } | undefined;
  answer: { by?: string | undefined; reason?: string | undefined } | undefined;
  defaulted: boolean;
  summary: string | undefined;
  cached: { readonly executedBy: string; readonly storedAt: number } | undefined;
}

export const blank = (): History => ({
  attempts: [],
  numbers: [],
  deferred: false,
  startedAt: undefined,
  endedAt: undefined,
  waiting: undefined,
  answer: undefined,
  defaulted: false,
  summary: undefined,
  cached: undefined,
});

/** Collects the history of each step of a run, by name. */
export function historiesOf(facts: readonly Fact[]): ReadonlyMap<string, History> {
  const histories = new Map<string, History>();
  const of = (step: string): History => {
    let history = histories.get(step);
    if (!history) histories.set(step, (history = blank()));
    return history;
  };
  for (const fact of facts) {
    if (fact.type === 'run.cancelled' || fact.type === 'run.failed') {
      for (const history of histories.values()) if (history.startedAt !== undefined) end(history, fact.at);
    } else if (fact.type === 'run.moved') {
      for (const step of fact.restarted) beginAnew(of(step), fact.at);
    } else if ('step' in fact && fact.type !== 'run.compensating') {
      record(of(fact.step), fact);
      if (fact.type === 'step.completed') for (const next of fact.next ?? []) begin(of(next), fact);
    }
  }
  return histories;
}

/** The run goes on with another plan: what the step did before is history. */
function beginAnew(history: History, at: number): void {
  end(history, at);
  Object.assign(history, {
    startedAt: undefined,
    endedAt: undefined,
    deferred: false,
    waiting: undefined,
    answer: undefined,
    defaulted: false,
    summary: undefined,
    cached: undefined,
  });
}

type StepFact = Extract<Fact, { type: `step.${string}` }>;

function record(history: History, fact: StepFact): void {
  switch (fact.type) {
    case 'step.requested':
      request(history, fact);
      return;
    case 'step.deferred':
      wait(history, fact);
      return;
    case 'step.lookup':
    case 'step.cached':
      lookedUp(history, fact);
      return;
    case 'step.completed':
      completed(history, fact);
      return;
    case 'step.failed':
      fail(history, fact);
      return;
    case 'step.waiting':
      history.waiting = { since: fact.at, show: fact.show, from: fact.from };
      history.startedAt ??= fact.at;
      history.endedAt = undefined;
      return;
    case 'step.answered':
      history.answer = { by: fact.by, reason: fact.reason };
      history.endedAt = fact.at;
      return;
    case 'step.defaulted':
      history.defaulted = true;
      end(history, fact.at);
      return;
    case 'step.redriven':
      history.endedAt = undefined;
      return;
    case 'step.spread':
      history.startedAt ??= fact.at;
      history.endedAt = undefined;
      return;
    case 'step.valued':
    case 'step.replayed':
      history.startedAt ??= fact.at;
      end(history, fact.at);
      return;
    case 'step.dead-lettered':
    case 'step.gathered':
    case 'step.item-failed':
      end(history, fact.at);
      return;
    case 'step.child':
    case 'step.prolonged':
    case 'step.retrying':
    case 'step.lookup-dropped':
    case 'step.skipped':
    case 'step.claimed':
    case 'step.unclaimed':
    case 'step.escalated':
    case 'step.signal-kept':
    case 'step.answer-refused':
  }
}

/** The output is looked up, or was found. */
function lookedUp(history: History, fact: StepFact & { type: 'step.lookup' | 'step.cached' }): void {
  history.startedAt ??= fact.at;
  history.endedAt = fact.type === 'step.cached' ? fact.at : undefined;
  history.cached = fact.type === 'step.cached' ? { executedBy: fact.executedBy, storedAt: fact.storedAt } : undefined;
  history.summary = fact.type === 'step.cached' ? fact.summary : undefined;
}

function completed(history: History, fact: StepFact & { type: 'step.completed' }): void {
  const attempt = finish(history, fact);
  if (fact.insteadOf?.answer !== undefined) attempt.answer = fact.insteadOf.answer;
  Object.assign(attempt, callsView(fact.calls));
  history.endedAt = fact.at;
  history.summary = fact.summary;
}

function begin(
  history: History,
  fact: { attempt: number; at: number; fallback?: true | number | undefined; stage?: string | undefined },
): AttemptView {
  const attempt: AttemptView = {
    attempt: history.numbers.push(fact.attempt),
    requestedAt: timeOf(fact.at),
    ...(fact.fallback && { fallback: true, ...(fact.stage && { stage: fact.stage }) }),
  };
  history.attempts.push(attempt);
  history.startedAt ??= fact.at;
  history.endedAt = undefined;
  return attempt;
}

/** Ends the attempt with its failure. */
function fail(history: History, fact: StepFact & { readonly type: 'step.failed' }): void {
  const attempt = finish(history, fact);
  attempt.failure = failureView(fact.failure);
  if (fact.answer !== undefined) attempt.answer = fact.answer;
  Object.assign(attempt, callsView(fact.calls));
}

/** Begins an attempt, or goes on under another number with the one that waited for a model. */
function request(history: History, fact: StepFact & { readonly type: 'step.requested' }): void {
  if (history.deferred) history.numbers.splice(-1, 1, fact.attempt);
  else begin(history, fact);
  history.deferred = false;
}

/** The attempt waits for a model. */
function wait(history: History, fact: StepFact & { readonly type: 'step.deferred' }): void {
  history.deferred = true;
  history.endedAt = undefined;
  attemptOf(history, fact).startedAt ??= timeOf(fact.startedAt);
}

/** The attempt that a fact belongs to; made where nothing said that it began. */
const attemptOf = (
  history: History,
  fact: { attempt: number; at: number; startedAt?: number | undefined },
): AttemptView =>
  history.attempts[history.numbers.lastIndexOf(fact.attempt)] ??
  begin(history, { attempt: fact.attempt, at: fact.startedAt ?? fact.at });

/** Ends the attempt that a result belongs to. */
function finish(history: History, fact: { attempt: number; at: number; startedAt?: number | undefined }): AttemptView {
  const attempt = attemptOf(history, fact);
  if (fact.startedAt !== undefined) attempt.startedAt = timeOf(fact.startedAt);
  attempt.endedAt = timeOf(fact.at);
  return attempt;
}

function end(history: History, at: number): void {
  history.endedAt ??= at;
  const last = history.attempts.at(-1);
  if (last) last.endedAt ??= timeOf(at);
}
