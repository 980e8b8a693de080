import type { Fact } from '@millrace/contracts';
import { isUndo, itemName, itemOf } from '@millrace/pipeline/engine';
import { degradedBy } from '../decide/degraded.js';
import { fanOf, gathered, type ItemResult, moved, withResult } from '../children/fan.js';
import { goOnWith } from './move.js';
import { stand, withHappened } from './pausing.js';
import { asked, counted } from '../decide/retry.js';
import { childEnded, newRun, NOT_TRIED, statusOf, type Run, type RunDraft, stepOf, type StepState } from './run.js';
import { restOf } from '../trace.js';
import { withDone } from '../decide/undoing.js';
import { hold, withEarly } from './waiting.js';

/** The run that follows from `facts` happening to `run`; the first fact of a run is `run.accepted`. */
export function evolve(run: Run | undefined, id: string, facts: readonly Fact[]): Run {
  const begun = run ?? newRun(id);
  const draft: RunDraft = {
    ...begun,
    steps: new Map(begun.steps),
    fans: new Map(begun.fans),
    scope: { ...begun.scope },
  };
  for (const fact of facts) {
    draft.rested ??= restOf(draft, fact);
    apply(draft, fact);
  }
  draft.seq += facts.length;
  if (draft.endedAt === undefined) draft.status = statusOf(draft);
  return draft;
}

/** Brings a step or an item into another state; its fan counts along. */
function set(run: RunDraft, step: string, change: Partial<StepState> & { since: number }): void {
  const from = stepOf(run, step);
  const to = { ...from, due: undefined, ...change };
  if (to.status === 'running') to.begunAt ??= to.since;
  run.steps.set(step, to);
  const item = itemOf(step);
  const fan = item && run.fans.get(item.step);
  if (fan) run.fans.set(item.step, moved(fan, step, { from, to }));
}

/** Records the output of a step or an item: others read it, or it is one of the results that become the step's output. */
function give(run: RunDraft, step: string, result: ItemResult): void {
  const item = itemOf(step);
  const fan = item && run.fans.get(item.step);
  if (fan) run.fans.set(item.step, withResult(fan, step, result));
  if (fan?.as === 'loop' && 'output' in result) run.scope[item!.step] = result.output;
  else if (!fan && 'output' in result) run.scope[step] = result.output;
}

/** Items need no states any more once their step has ended. */
function gather(run: RunDraft, step: string, output: unknown): void {
  const fan = run.fans.get(step);
  run.scope[step] = output;
  if (!fan) return;
  for (const key of fan.keys) run.steps.delete(itemName(step, key));
  run.fans.set(step, { ...fan, results: [], isGathered: true });
}

function apply(run: RunDraft, fact: Fact): void {
  const since = fact.at;
  switch (fact.type) {
    case 'run.accepted':
      run.pipeline = fact.pipeline;
      run.plan = fact.plan;
      run.acceptedAt = fact.at;
      run.begunAt = fact.at;
      run.parent = fact.parent;
      run.trace = fact.trace;
      run.link = fact.link;
      run.key = fact.key;
      run.priority = fact.priority;
      run.tenant = fact.tenant;
      run.held = fact.startAt !== undefined || fact.queued ? { until: fact.startAt } : undefined;
      run.scope = { ...fact.given, ...(fact.input !== undefined && { input: fact.input }) };
      return;
    case 'run.queued':
      run.held = { until: undefined };
      return;
    case 'run.begun':
      run.held = undefined;
      run.begunAt = fact.at;
      return;
    case 'run.paused':
    case 'run.resumed':
      stand(run, fact);
      return;
    case 'step.requested': {
      const child = fact.child === undefined ? undefined : { run: fact.child, status: 'running' as const };
      const before = stepOf(run, fact.step);
      const numbers = { attempt: fact.attempt, tries: before.tries + 1 };
      set(run, fact.step, { since, status: 'running', ...numbers, child, ...asked(before, fact) });
      return;
    }
    case 'step.completed':
      set(run, fact.step, {
        since,
        status: 'completed',
        failure: undefined,
        trace: fact.trace,
        ...childEnded(run, fact),
      });
      give(run, fact.step, { output: fact.output });
      run.degraded = degradedBy(run, fact);
      run.paused = withHappened(run, fact.step);
      run.done = withDone(run, fact.step);
      for (const step of fact.skipped ?? []) set(run, step, { since, status: 'skipped' });
      for (const step of fact.next ?? [])
        set(run, step, { since, status: 'running', attempt: fact.attempt, tries: 1, triedSince: since });
      return;
    case 'step.failed': {
      const { failure, trace } = fact;
      const before = stepOf(run, fact.step);
      const { firstFailedAt = fact.at } = before;
      set(run, fact.step, {
        since,
        failure,
        firstFailedAt,
        trace,
        ...counted(before, failure),
        ...childEnded(run, fact),
      });
      run.paused = withHappened(run, fact.step);
      // What was in hand when the run began to be undone is not tried again; while it is paused, that is not decided.
      if (run.paused || (run.undoing && !isUndo(fact.step))) set(run, fact.step, { since, status: 'failed' });
      return;
    }
    case 'step.child':
      set(run, fact.step, { since, child: { run: stepOf(run, fact.step).child!.run, status: fact.status } });
      return;
    case 'step.prolonged':
      run.steps.set(fact.step, { ...stepOf(run, fact.step), due: fact.due });
      return;
    case 'step.retrying':
      set(run, fact.step, { since, status: 'retrying', due: fact.due });
      return;
    case 'step.skipped':
      set(run, fact.step, { since, status: 'skipped' });
      return;
    case 'step.spread': {
      set(run, fact.step, { since, status: 'running' });
      spread(run, fact);
      return;
    }
    case 'step.item-failed':
      set(run, fact.step, { since, status: 'failed', failure: fact.failure });
      give(run, fact.step, { failure: fact.failure });
      return;
    case 'step.gathered': {
      set(run, fact.step, { since, status: 'completed' });
      const chunkOf = (key: string) => stepOf(run, itemName(fact.step, key)).child!.run;
      gather(run, fact.step, gathered(run.fans.get(fact.step)!, { collect: fact.collect ?? false, chunkOf }));
      return;
    }
    case 'step.waiting': {
      const { assignee, group, kind, due } = fact;
      const review = { assignee, group, escalations: 0, claimedBy: undefined };
      set(run, fact.step, { since, status: 'waiting', due, review: kind === 'review' ? review : undefined });
      return;
    }
    case 'step.claimed':
    case 'step.unclaimed':
      hold(run, fact.step, { claimedBy: fact.type === 'step.claimed' ? fact.by : undefined });
      return;
    case 'step.escalated': {
      const { assignee, group } = fact;
      const escalations = stepOf(run, fact.step).review!.escalations + 1;
      hold(run, fact.step, { assignee, group, escalations, claimedBy: undefined });
      return;
    }
    case 'step.answered':
      set(run, fact.step, { since, status: 'completed' });
      give(run, fact.step, { output: fact.output });
      return;
    case 'step.defaulted':
      set(run, fact.step, { since, status: 'completed' });
      run.degraded = degradedBy(run, fact);
      gather(run, fact.step, fact.output);
      return;
    case 'step.valued':
      set(run, fact.step, { since, status: 'completed' });
      run.scope[fact.step] = fact.output;
      return;
    case 'step.signal-kept':
      run.early = withEarly(run, fact);
      return;
    case 'step.answer-refused':
    case 'run.move-refused':
      return;
    case 'step.dead-lettered':
      set(run, fact.step, { since, status: 'dead-lettered', deadLetter: fact.deadLetter, failure: fact.failure });
      abandon(run, fact.step, since);
      return;
    case 'step.redriven': {
      const anew = { deadLetter: undefined, firstFailedAt: undefined, begunAt: undefined };
      set(run, fact.step, { since, status: 'pending', fallback: 0, ...NOT_TRIED, ...anew });
      run.paused = withHappened(run, fact.step);
      return;
    }
    case 'run.moved':
      goOnWith(run, fact);
      return;
    case 'run.completed':
      run.status = 'completed';
      run.endedAt = fact.at;
      run.output = fact.output;
      return;
    case 'run.compensating': {
      const { as, failure, step, undoes, by, reason } = fact;
      run.undoing = { as, failure, step, undoes, by, reason };
      if (failure) run.failed = { failure, step, handler: undefined };
      run.endedAt = undefined;
      leave(run, fact);
      return;
    }
    case 'run.failed':
    case 'run.cancelled':
      if (fact.type === 'run.failed') run.failed = { failure: fact.failure, step: fact.step, handler: fact.handler };
      run.status = fact.type === 'run.failed' ? 'failed' : 'cancelled';
      run.endedAt = fact.at;
      for (const [step, { status }] of run.steps) {
        if (status !== 'completed' && status !== 'skipped' && status !== 'failed') {
          set(run, step, { since, status: fact.type === 'run.failed' && fact.step === step ? 'failed' : 'cancelled' });
        }
      }
  }
}

/** Ends everything that a run does when it begins to be undone, but for what stages and child runs have in hand. */
function leave(run: RunDraft, { at: since, step: failed }: Fact & { type: 'run.compensating' }): void {
  for (const [step, { status }] of run.steps) {
    const isInHand = status === 'running' && !run.fans.has(step) && step !== failed;
    if (isInHand || status === 'completed' || status === 'skipped' || status === 'failed') continue;
    set(run, step, { since, status: step === failed ? 'failed' : 'cancelled' });
  }
}

/** Ends the items of a step that has failed: what they are still doing does not count any more. */
function abandon(run: RunDraft, step: string, since: number): void {
  for (const key of run.fans.get(step)?.keys ?? []) {
    const item = itemName(step, key);
    const { status } = stepOf(run, item);
    if (!['completed', 'failed', 'pending'].includes(status)) set(run, item, { since, status: 'cancelled' });
  }
}

/** The items that are to be worked on begin anew; the numbers of their attempts go on. */
function spread(run: RunDraft, fact: Fact & { type: 'step.spread' }): void {
  const [step, fan] = [fact.step, fanOf(fact, run.fans.get(fact.step))];
  if (fan.as === 'loop') delete run.scope[step];
  for (const key of fan.todo) {
    const before = run.steps.get(itemName(step, key));
    if (before) run.steps.set(itemName(step, key), { ...before, status: 'pending', ...NOT_TRIED, child: undefined });
  }
  run.fans.set(step, fan);
}
