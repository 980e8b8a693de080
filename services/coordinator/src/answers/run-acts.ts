import { byWhom, derivedId, type Fact } from '@millrace/contracts';
import type { Run } from '@millrace/saga';
import type { DoneAct } from '@millrace/store';

/** The name under which a rule of Millrace cancels runs: a rule is nobody's act. */
const RULES = 'millrace';

type Named = Pick<DoneAct, 'kind' | 'detail'> & { readonly outcome?: DoneAct['outcome'] };

/** A fact, the facts of its batch, and the run before and after them. */
interface Scene {
  readonly before: Run | undefined;
  readonly run: Run;
  readonly facts: readonly Fact[];
  /** The index of the fact. */
  readonly at: number;
}

const TOLD: ReadonlySet<Fact['type']> = new Set<Fact['type']>([
  ...(['run.paused', 'run.resumed', 'run.compensating', 'run.cancelled', 'run.moved', 'run.move-refused'] as const),
  ...(['step.claimed', 'step.unclaimed', 'step.answered', 'step.answer-refused'] as const),
]);

/**
 * Returns the acts of people and systems that a run's facts tell of, for the audit trail. Redrives and replays are not among them: their requests
 * are acts. Neither is a signal for which nobody gave a name, nor a parent's word to its child run. Pure.
 */
export function runActsOf(before: Run | undefined, run: Run, facts: readonly Fact[]): readonly DoneAct[] {
  const first = run.seq - facts.length + 1;
  return facts.flatMap((fact, at): DoneAct[] => {
    const named = TOLD.has(fact.type) ? namedBy(fact, { before, run, facts, at }) : undefined;
    if (!named) return [];
    const { by, reason } = byWhom(fact as Acting);
    const id = derivedId('act', run.id, String(first + at));
    return [
      { id, at: fact.at, subject: run.id, by, reason, outcome: { status: 'applied', unchanged: false }, ...named },
    ];
  });
}

type Acting = Parameters<typeof byWhom>[0];

function namedBy(fact: Fact, scene: Scene): Named | undefined {
  switch (fact.type) {
    case 'run.paused':
      return isAsked(fact, scene) ? { kind: 'run.pause', detail: null } : undefined;
    case 'run.resumed': {
      // A run that is paused goes on before it is cancelled.
      const next = scene.facts[scene.at + 1];
      return isAsked(fact, scene) && !(next && isCancel(next)) ? { kind: 'run.resume', detail: null } : undefined;
    }
    case 'run.compensating':
    case 'run.cancelled':
      return cancelled(fact, scene);
    case 'run.moved':
      return { kind: 'run.move', detail: { to: fact.plan, before: fact.before, from: fact.from } };
    case 'run.move-refused': {
      const outcome = { status: 'refused', failure: fact.failure } as const;
      return { kind: 'run.move', detail: { to: fact.plan, from: fact.from }, outcome };
    }
    case 'step.claimed':
      return { kind: 'review.claim', detail: { step: fact.step, ...(fact.from !== undefined && { from: fact.from }) } };
    case 'step.unclaimed':
      return { kind: 'review.unclaim', detail: { step: fact.step } };
    case 'step.answered':
      return answered(fact, scene);
    case 'step.answer-refused': {
      const named = answered(fact, scene);
      return named && { ...named, outcome: { status: 'refused', failure: fact.failure } };
    }
    default:
      return undefined;
  }
}

const isCancel = (fact: Fact): boolean =>
  fact.type === 'run.cancelled' || (fact.type === 'run.compensating' && fact.as === 'cancelled');

/** True where somebody asked for it, and neither a rule nor the parent of the run. */
const isAsked = ({ by }: Acting, { run }: Scene): boolean =>
  by !== RULES && (run.parent === undefined || by !== undefined);

function cancelled(fact: Fact & { type: 'run.cancelled' | 'run.compensating' }, scene: Scene): Named | undefined {
  if (!isCancel(fact) || !isAsked(fact, scene)) return undefined;
  // The end of an undoing is no act: its beginning was.
  const { before, facts, at } = scene;
  if (fact.type === 'run.cancelled' && (before?.undoing ?? facts.slice(0, at).some(isCancel))) return undefined;
  return { kind: 'run.cancel', detail: fact.type === 'run.compensating' ? { compensate: true } : null };
}

function answered(
  { step, by, reason }: Fact & { type: 'step.answered' | 'step.answer-refused' },
  { before, facts, at }: Scene,
): Named | undefined {
  const isReview =
    before?.steps.get(step)?.review ??
    facts.slice(0, at).some((fact) => fact.type === 'step.waiting' && fact.step === step && fact.kind === 'review');
  if (isReview) return { kind: 'review.answer', detail: { step } };
  return by === undefined && reason === undefined ? undefined : { kind: 'run.signal', detail: { step } };
}
