import type { Fact } from '@millrace/contracts';
import { isUndo, itemOf } from '@millrace/pipeline/engine';
import { type Run, stepOf } from '../run/run.js';

/** The steps that gave something else than their stages, with this one. Of many items one is told of, so that it stays as small as the plan. */
export function degradedBy(run: Run, fact: Fact & { type: 'step.completed' | 'step.defaulted' }): Run['degraded'] {
  const { by, failure } = reasonOf(run, fact);
  const step = itemOf(fact.step)?.step ?? fact.step;
  const isKnown = run.degraded.some((one) => one.step === step && one.by === by);
  if (by === undefined || isKnown || isUndo(step)) return run.degraded;
  return [...run.degraded, { step, by, ...(failure && { code: failure.code, message: failure.message }) }];
}

function reasonOf(run: Run, fact: Fact & { type: 'step.completed' | 'step.defaulted' }) {
  if (fact.type === 'step.defaulted') return { by: 'default', failure: fact.failure } as const;
  const { fallback, cause } = stepOf(run, fact.step);
  if (fallback > 0) return { by: 'fallback', failure: cause } as const;
  if (fact.insteadOf) return { by: 'stage', failure: fact.insteadOf } as const;
  return { by: fact.degraded ? ('run' as const) : undefined };
}
