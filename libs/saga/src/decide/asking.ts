import type { Fact } from '@millrace/contracts';
import { carriedWith, type StageStep, workOf } from '@millrace/pipeline/engine';
import { childRequest } from '../children/children.js';
import { type AttemptInput, inputFor, lastAttempt, requestFor } from './attempts.js';
import type { DecisionDraft } from './draft.js';
import { lookUp } from './lookup.js';

/** Returns a fallback's number as facts have it. */
export const byFallback = (nth: number): { fallback?: true | number } =>
  nth === 0 ? {} : { fallback: nth === 1 ? true : nth };

/** Asks for one more attempt at a step or an item: by its stage or one of its fallbacks, or by a run of its own. An output that may be reused is looked up first. */
export function ask(draft: DecisionDraft, step: string, fallback = 0): Fact {
  if (draft.plan.step(step).kind !== 'stage') return askChild(draft, step);
  return (fallback === 0 && lookUp(draft, step)) || askFor(draft, step, fallback);
}

/** Asks the stage of a step or an item, or one of its fallbacks. */
export function askFor(draft: DecisionDraft, step: string, fallback: number): Fact {
  const { plan, run } = draft;
  const definition = plan.step(step) as StageStep;
  const { stage } = workOf(definition, fallback);
  const input = inputFor(run, plan, { step, nth: fallback });
  return askStage(draft, { step, stage, input, known: carriedWith(plan, step, run.scope), fallback });
}

export function askStage(draft: DecisionDraft, asked: AttemptInput): Fact {
  const request = requestFor(draft.run, draft.plan, { ...asked, at: draft.at });
  draft.requests.push(request);
  const { step, stage, attempt, at, timeoutMs } = request;
  return { type: 'step.requested', step, attempt, at, stage, timeoutMs, ...byFallback(asked.fallback) };
}

/** Asks for the run that does the work of a step or an item. */
export function askChild({ run, plan, at, events }: DecisionDraft, step: string): Fact {
  const attempt = lastAttempt(run, step) + 1;
  const request = childRequest(run, { step, attempt, plan, at });
  events.push(request);
  return { type: 'step.requested', step, attempt, at, child: request.run };
}
