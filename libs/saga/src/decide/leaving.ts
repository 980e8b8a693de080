import { itemOf } from '@millrace/pipeline/engine';
import type { DecisionDraft } from './draft.js';

/** Cancels the runs that work for a step's items, or for any step. What they did is undone, unless somebody wants it left. */
export function leaveChildren(draft: DecisionDraft, options: { itemsOf?: string; compensate?: boolean } = {}): void {
  const { itemsOf, compensate } = options;
  for (const [step, { status, child }] of draft.run.steps) {
    const isMeant = itemsOf === undefined || itemOf(step)?.step === itemsOf;
    if (isMeant && child && status === 'running') draft.cancelChild(child.run, { compensate });
  }
}
