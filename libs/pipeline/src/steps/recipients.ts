import { cut } from '@millrace/contracts';
import { type Scope, compileMapping } from '../authoring/mapping.js';
import type { Mapping, PlanStep } from '../plan/plan.js';

/** Returns the recipient of a review, as it stands in a run: nobody in particular where what names them is not there. */
export interface Assigned {
  readonly assignee?: string;
  readonly group?: string;
}

/** Those of a review, in the order in which it goes to them: first whom it is for, then those it is escalated to. */
export function recipientsOf(step: PlanStep): readonly Mapping[] {
  if (step.kind !== 'review') return [];
  return [step.to ?? {}, ...(step.escalate ?? []).map(({ to }) => to)];
}

/** Returns the recipient of a review after so many escalations. */
export function assignedTo(step: PlanStep, scope: Scope, escalations: number): Assigned {
  const given = compileMapping(recipientsOf(step)[escalations] ?? {})(scope) as Record<string, unknown>;
  const named = Object.entries(given).filter(([, name]) => name !== null && name !== '');
  return Object.fromEntries(named.map(([as, name]) => [as, cut(String(name), 200)]));
}
