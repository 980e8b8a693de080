import type { Outgoing } from '@millrace/broker';
import type { ActDone, Failure, LetterActRequested, LetterRequest } from '@millrace/contracts';
import type { KeptLetter, Store } from '@millrace/store';
import type { CoordinatorPlans } from '../deployments/plans.js';
import { applyReplay } from '../replay/replay.js';
import { letterChange } from './letter-change.js';
import type { ReadTopicsNeeds } from './read-topics.js';
import { redriveOf } from './redriven.js';

type Needs = ReadTopicsNeeds & {
  readonly store: Pick<Store, 'reader' | 'letters' | 'jobs' | 'acts' | 'runTags' | 'runNotes'>;
  readonly plans: Pick<CoordinatorPlans, 'find' | 'target'>;
};

/** Applies a request about dead letters once, and returns the records that follow. They are published together with the request's offset. */
export async function applyLetterRequest(needs: Needs, request: LetterRequest): Promise<readonly Outgoing[]> {
  switch (request.type) {
    case 'job.requested':
      await needs.store.jobs.begin(request);
      return [];
    case 'job.change-requested':
      await needs.store.jobs.change(request);
      return [];
    case 'run.tag-requested':
      await needs.store.runTags.change(request);
      return [];
    case 'run.note-requested':
      await needs.store.runNotes.add(request);
      return [];
    case 'replay.requested':
      return applyReplay(needs, request);
    case 'act.done':
      await keepAct(needs, request);
      return [];
    case 'letter.act-requested':
      return applyAct(needs, request);
  }
}

const keepAct = ({ store }: Needs, { id, at, kind, subject, by, reason, detail = null }: ActDone) =>
  store.acts.once({ id, at, kind, subject, by, reason, detail }, () =>
    Promise.resolve({ status: 'applied', unchanged: false }),
  );

async function applyAct(needs: Needs, request: LetterActRequested): Promise<readonly Outgoing[]> {
  const letter = await needs.store.reader.deadLetter(request.letter);
  const { act } = request;
  const redrive =
    letter && act.do === 'redrive'
      ? await redriveOf(letter, { ...request, input: act.input, plan: act.plan }, needs)
      : undefined;
  const refusal = redrive && isFailure(redrive) ? redrive : undefined;
  const outcome = await needs.store.letters.act(request, (now) => letterChange(request, now, refusal));
  // Applied before, and perhaps not published: then it is published now.
  return redrive && !isFailure(redrive) && outcome.status === 'applied' ? [redrive] : [];
}

const isFailure = (redrive: Outgoing | Failure): redrive is Failure => 'code' in redrive;

/** Records that a request cannot be carried out, for those who wait for its outcome. */
export async function refuseLetterRequest(
  { store }: { readonly store: Pick<Store, 'letters'> },
  request: LetterRequest,
  failure: Failure,
): Promise<void> {
  if (request.type !== 'letter.act-requested') return;
  await store.letters.act(request, (_: KeptLetter | undefined) => ({ outcome: { status: 'refused', failure } }));
}
