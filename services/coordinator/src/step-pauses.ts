import type { Fact } from '@millrace/contracts';
import { itemOf } from '@millrace/pipeline/engine';
import { type Run, stepOf, type StepState } from '@millrace/saga';
import { SPAN } from '@millrace/telemetry';

/** A wait, a back-off or a lookup of a step. */
export interface Pause {
  readonly step: string;
  /** For a lookup: the cache had the output. */
  readonly isHit: boolean | undefined;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

const PAUSES = { waiting: SPAN.wait, retrying: SPAN.backOff, lookup: SPAN.lookup } as const;
type PauseKind = keyof typeof PAUSES;

/** The facts with which a pause begins. */
const BEGINNINGS: Partial<Readonly<Record<Fact['type'], PauseKind>>> = {
  'step.waiting': 'waiting',
  'step.deferred': 'waiting',
  'step.retrying': 'retrying',
  'step.lookup': 'lookup',
};

function pauseIn({ status, lookup, deferredAt }: StepState): PauseKind | undefined {
  if (lookup && !lookup.isMiss) return 'lookup';
  // A step that waits for its turn to call a model is not tried again.
  if (deferredAt !== undefined) return 'waiting';
  return status === 'waiting' || status === 'retrying' ? status : undefined;
}

/** The waits, back-offs and lookups that end with these facts. */
export function pausesOf(before: Run | undefined, facts: readonly Fact[]): Pause[] {
  const since = new Map<string, { readonly kind: PauseKind | undefined; readonly at: number }>();
  const pauses: Pause[] = [];
  for (const fact of facts) {
    if (!('step' in fact) || fact.step === undefined) continue;
    const { step, at } = fact;
    const begins = BEGINNINGS[fact.type];
    if (!begins && !ENDS.has(fact.type)) continue;
    const state = before && stepOf(before, step);
    const from = since.get(step) ?? (state && { kind: pauseIn(state), at: state.since });
    since.set(step, { kind: begins, at });
    // A retry that is due may begin with a lookup.
    if (!from?.kind || from.kind === begins) continue;
    const item = itemOf(step);
    const isHit = from.kind === 'lookup' ? fact.type === 'step.cached' : undefined;
    const name = PAUSES[from.kind](item?.step ?? step, item?.key);
    pauses.push({ step, isHit, name, startMs: from.at, endMs: at });
  }
  return pauses;
}

const ENDS: ReadonlySet<Fact['type']> = new Set([
  'step.requested',
  'step.cached',
  'step.lookup-dropped',
  'step.completed',
  'step.failed',
  'step.answered',
  'step.valued',
  'step.defaulted',
  'step.skipped',
  'step.item-failed',
  'step.dead-lettered',
]);
