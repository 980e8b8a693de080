import type { Failure, RunEvent } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import type { Run } from '../run/run.js';
import type { AttemptRequest } from './attempts.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import type { DraftOptions } from './draft.js';

/** Says why no record can hold a request or an event; undefined where one can. */
export interface RecordLimits {
  refusalOfRequest(run: Run, request: AttemptRequest): Failure | undefined;
  refusalOfEvent(event: CarryingEvent): Failure | undefined;
}

/** An event that carries a value to a child run or to the parent. */
export type CarryingEvent = RunEvent & { readonly type: 'step.completed' | 'run.requested' };

/**
 * Returns the decision as records can hold it: a request that is too large fails its step, from which more may follow, and what a child run
 * is given, or gives its parent, fails the parent's step.
 */
export function fitting(
  decision: Decision,
  options: { readonly plan: LoadedPlan; readonly limits: RecordLimits } & Pick<DraftOptions, 'maxItems' | 'contracts'>,
): Decision {
  const { plan, limits, maxItems, contracts } = options;
  let { run, facts, events } = decision;
  const fitted: AttemptRequest[] = [];
  const waiting = [...decision.requests];
  for (let request = waiting.shift(); request; request = waiting.shift()) {
    const failure = limits.refusalOfRequest(run, request);
    if (!failure) {
      fitted.push(request);
      continue;
    }
    const { step, attempt, at } = request;
    const failed = { type: 'step.failed', run: run.id, step, attempt, at, startedAt: at, failure } as const;
    const next = decide(run, failed, { plan, at, maxItems, contracts });
    run = next.run;
    facts = [...facts, ...next.facts];
    events = [...events, ...next.events];
    waiting.push(...next.requests);
  }
  return { run, facts, requests: fitted, events: events.map((event) => fittingEvent(event, limits)) };
}

function fittingEvent(event: RunEvent, limits: RecordLimits): RunEvent {
  if (event.type !== 'step.completed' && event.type !== 'run.requested') return event;
  const failure = limits.refusalOfEvent(event);
  if (!failure) return event;
  const { run, step, attempt } = event.type === 'run.requested' ? event.parent : event;
  return { type: 'step.failed', run, step, attempt, at: event.at, startedAt: event.at, failure };
}
