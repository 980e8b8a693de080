import type { Blobs } from '@millrace/blobs';
import type { Outgoing } from '@millrace/broker';
import {
  byWhom,
  type ActOutcome,
  failure,
  type Failure,
  type ReplayRequested,
  replayIdOf,
  type RunReplayRequested,
} from '@millrace/contracts';
import { evolve, moveOf, type MoveTarget, type Run, stepOf } from '@millrace/saga';
import type { Store } from '@millrace/store';
import { replayRecord } from '../blobs/adopted.js';
import type { CoordinatorPlans } from '../deployments/plans.js';
import type { ReadTopicsNeeds } from '../letters/read-topics.js';

interface Needs {
  readonly runtime: ReadTopicsNeeds['runtime'] & { readonly blobs?: Blobs | undefined };
  readonly store: Pick<Store, 'reader' | 'acts'>;
  readonly plans: Pick<CoordinatorPlans, 'target'>;
}

/** Begins the run that replays another one, once: its outputs are the stored originals, never what is shown of them. */
export async function applyReplay(needs: Needs, request: ReplayRequested): Promise<readonly Outgoing[]> {
  const { id, at, run: source, from, by, reason } = request;
  const replay = await replayOf(needs, request);
  const detail = {
    run: replayIdOf(request),
    from,
    edited: request.input !== undefined || request.outputs !== undefined,
  };
  const outcome = await needs.store.acts.once({ id, at, kind: 'run.replay', subject: source, by, reason, detail }, () =>
    Promise.resolve<ActOutcome>(
      'code' in replay ? { status: 'refused', failure: replay } : { status: 'applied', unchanged: false },
    ),
  );
  return 'code' in replay || outcome.status === 'refused' ? [] : [replay];
}

async function replayOf(needs: Needs, request: ReplayRequested): Promise<Outgoing | Failure> {
  const record = await needs.store.reader.run(request.run);
  if (!record) return failure('UNKNOWN_RUN', `There is no run ${request.run}.`);
  const run = evolve(undefined, record.id, record.facts);
  const target = await needs.plans.target(request.plan ?? run.plan);
  if (!target) return failure('MOVE_REFUSED', `There is no plan ${request.plan}.`);
  const event = replayed(run, target, request);
  if ('code' in event) return event;
  const { broker, topics, blobs } = needs.runtime;
  return replayRecord(event, { id: request.id, needs: { blobs, topics, maxRecordBytes: broker.maxRecordBytes } });
}

/** Returns the event that begins a replay, or the reason for which there is none. Pure. */
export function replayed(run: Run, target: MoveTarget, request: ReplayRequested): RunReplayRequested | Failure {
  const { from, input, outputs = {}, at, by, reason } = request;
  if (run.parent)
    return failure('NOT_ALLOWED_NOW', `${run.id} does the work of a step of ${run.parent.run}: replay that run.`);
  const edited: Run = { ...run, scope: { ...run.scope, ...outputs, ...(input !== undefined && { input }) } };
  const move = moveOf(edited, target, from);
  if ('code' in move) return move;
  const strange = Object.keys(outputs).filter((step) => !move.kept.includes(step));
  if (strange.length > 0)
    return failure(
      'MOVE_REFUSED',
      `${strange.join(', ')} is executed again, or is no step: its output cannot be given.`,
    );
  const skipped = move.kept.filter((step) => stepOf(run, step).status === 'skipped');
  const kept = move.kept.filter((step) => !skipped.includes(step));
  return {
    type: 'run.replay-requested',
    run: replayIdOf(request),
    at,
    plan: target.plan.hash,
    of: run.id,
    from,
    input: edited.scope['input'],
    outputs: Object.fromEntries(kept.map((step) => [step, edited.scope[step] ?? null])),
    skipped,
    ...(run.priority !== undefined && { priority: run.priority }),
    ...(run.tenant !== undefined && { tenant: run.tenant }),
    ...byWhom({ by, reason }),
  };
}
