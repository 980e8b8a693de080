import type { Fact } from '@millrace/contracts';
import {
  unlimitedSlot,
  dropReason,
  type LoadedPlan,
  type SlotChanges,
  type SlotGrant,
  type SlotRequest,
} from '@millrace/pipeline/engine';
import { accept, decide } from '../decide/decide.js';
import type { Decision } from '../decide/decision.js';
import type { Run } from './run.js';

/** Returns the concurrency slot that a run of this plan needs before it begins; undefined where any number may be under way. */
export function slotWanted(run: Run, { starts: { concurrency } }: LoadedPlan): SlotRequest | undefined {
  if (!concurrency || run.key === undefined) return undefined;
  const { limit, whenFull } = concurrency;
  return { run: run.id, pipeline: run.pipeline, key: run.key, limit, whenFull };
}

interface New {
  readonly request: Parameters<typeof accept>[0];
  readonly decision: Decision;
  readonly plan: LoadedPlan;
}

/** A new run with the slot that it got: it begins, waits for its turn, or is cancelled. */
export function withSlot<One extends New>(one: One, grant: SlotGrant | undefined): One {
  if (grant === undefined || grant === 'active') return one;
  const { request, plan } = one;
  const held = accept({ ...request, queued: true }, plan);
  if (grant === 'held') return { ...one, decision: held };
  const reason = dropReason(request.key ?? '', plan.starts.concurrency?.limit ?? 0);
  const event = { type: 'run.cancel-requested', run: request.run, at: request.at, by: 'millrace', reason } as const;
  const cancelled = decide(held.run, event, { plan, at: request.at });
  return { ...one, decision: { ...cancelled, facts: [...held.facts, ...cancelled.facts] } };
}

/** Returns a batch's changes of concurrency slots; undefined where there are none. */
export function slotChangesOf(
  changed: readonly { readonly decision: { run: Run; facts: readonly Fact[] }; readonly plan: LoadedPlan }[],
  at: number,
): SlotChanges | undefined {
  const has = (type: Fact['type']) =>
    changed.filter(({ decision: { facts } }) => facts.some((fact) => fact.type === type));
  // One without a key has a slot while its pipeline is paused.
  const ended = changed.flatMap(({ decision: { run } }) =>
    run.endedAt !== undefined && (run.key !== undefined || run.held) ? [run.id] : [],
  );
  const begun = has('run.begun').map(({ decision: { run } }) => run.id);
  const queued = changed.filter(({ decision: { facts } }) =>
    facts.some((fact) => fact.type === 'run.queued' && !fact.hold),
  );
  const wanted = queued.flatMap(({ decision: { run }, plan }) =>
    run.endedAt === undefined ? [slotWanted(run, plan) ?? unlimitedSlot(run)] : [],
  );
  return begun.length + ended.length + wanted.length === 0 ? undefined : { begun, ended, wanted, at };
}
