import type { Fact } from '@millrace/contracts';
import { isUndo, itemName } from '@millrace/pipeline/engine';
import { degradedBy } from '../decide/degraded.js';
import { fanOf, gathered } from '../children/fan.js';
import { goOnWith } from './move.js';
import { gather, give, set } from './set-step.js';
import { stand, withHappened } from './pausing.js';
import { asked, counted } from '../decide/retry.js';
import { childEnded, newRun, NOT_TRIED, statusOf, type Run, type RunDraft, stepOf } from './run.js';
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

type Apply<Type extends Fact['type']> = (run: RunDraft, fact: Fact & { readonly type: Type }) => void;

function apply<Type extends Fact['type']>(run: RunDraft, fact: Fact & { readonly type: Type }): void {
  const change: Apply<Type> = CHANGES[fact.type];
  change(run, fact);
}

const NOTHING = (): void => undefined;

/** The changes that facts of the run as a whole make. */
const RUN_CHANGES: { readonly [Type in Fact['type'] & `run.${string}`]: Apply<Type> } = {
  'run.accepted'(run, fact) {
    run.pipeline = fact.pipeline;
    run.plan = fact.plan;
    run.acceptedAt = fact.at;
    run.begunAt = fact.at;
    run.parent = fact.parent;
    run.replayOf = fact.replayOf;
    run.refresh = fact.refresh ?? false;
    run.trace = fact.trace;
    run.link = fact.link;
    run.key = fact.key;
    run.hold = fact.hold;
    run.priority = fact.priority;
    run.tenant = fact.tenant;
    run.held =
      fact.startAt !== undefined || fact.queued
        ? { until: fact.startAt, behind: fact.behind !== undefined }
        : undefined;
    run.scope = { ...fact.given, ...(fact.input !== undefined && { input: fact.input }) };
  },
  'run.queued'(run, { hold = false }) {
    run.held = { until: undefined, behind: hold };
  },
  'run.begun'(run, { at }) {
    run.held = undefined;
    run.begunAt = at;
  },
  'run.paused': stand,
  'run.resumed': stand,
  'run.moved': goOnWith,
  'run.move-refused': NOTHING,
  'run.completed'(run, { at, output }) {
    run.status = 'completed';
    run.endedAt = at;
    run.output = output;
  },
  'run.compensating'(run, fact) {
    const { as, failure, step, undoes, by, reason } = fact;
    run.undoing = { as, failure, step, undoes, by, reason };
    if (failure) run.failed = { failure, step, handler: undefined };
    run.endedAt = undefined;
    leave(run, fact);
  },
  'run.failed'(run, { at, failure, step, handler }) {
    run.failed = { failure, step, handler };
    run.status = 'failed';
    end(run, at, step);
  },
  'run.cancelled'(run, { at }) {
    run.status = 'cancelled';
    end(run, at);
  },
};

/** The changes that facts of a step's attempts make. */
const ATTEMPT_CHANGES = {
  'step.requested'(run, fact) {
    const { at: since, step, attempt } = fact;
    const child = fact.child === undefined ? undefined : { run: fact.child, status: 'running' as const };
    const before = stepOf(run, step);
    const { lookup: found } = before;
    const lookup = fact.fallback || !found ? undefined : { ...found, isMiss: true };
    set(run, step, {
      since,
      status: 'running',
      attempt,
      tries: before.tries + 1,
      child,
      lookup,
      ...asked(before, fact),
    });
  },
  'step.completed'(run, fact) {
    const { at: since, step, attempt, output, trace, skipped = [], next = [] } = fact;
    set(run, step, { since, status: 'completed', failure: undefined, trace, ...childEnded(run, fact) });
    give(run, step, { output });
    run.degraded = degradedBy(run, fact);
    run.paused = withHappened(run, step);
    run.done = withDone(run, step);
    for (const one of skipped) set(run, one, { since, status: 'skipped' });
    for (const one of next) set(run, one, { since, status: 'running', attempt, tries: 1, triedSince: since });
  },
  'step.lookup'(run, { at: since, step, attempt, key, maxAgeMs, refresh }) {
    const lookup = { key, attempt, maxAgeMs, freshFrom: refresh ? undefined : since - maxAgeMs, isMiss: false };
    set(run, step, { since, status: 'running', attempt, lookup });
  },
  'step.cached'(run, { at: since, step, output }) {
    set(run, step, { since, status: 'completed', failure: undefined });
    give(run, step, { output });
    run.paused = withHappened(run, step);
  },
  'step.lookup-dropped'(run, { at: since, step }) {
    set(run, step, { since, status: 'pending' });
    run.paused = withHappened(run, step);
  },
  'step.failed'(run, fact) {
    const { at: since, step, failure, trace } = fact;
    const before = stepOf(run, step);
    const { firstFailedAt = since } = before;
    const ended = { ...counted(before, failure), ...childEnded(run, fact) };
    set(run, step, { since, failure, firstFailedAt, trace, lookup: undefined, ...ended });
    run.paused = withHappened(run, step);
    // A step that was in hand when the run began to be undone is not tried again; while the run is paused, that is not decided.
    if (run.paused || (run.undoing && !isUndo(step))) set(run, step, { since, status: 'failed' });
  },
  'step.deferred'(run, { at: since, step, due, trace }) {
    // A step that was in hand when the run began to be undone is not begun again.
    if (run.undoing && !isUndo(step)) return set(run, step, { since, status: 'cancelled', trace });
    const tries = stepOf(run, step).tries - 1;
    set(run, step, { since, status: 'retrying', due, deferredAt: since, tries, trace });
  },
  'step.child'(run, { at: since, step, status }) {
    const { child } = stepOf(run, step);
    if (child) set(run, step, { since, child: { run: child.run, status } });
  },
  'step.prolonged'(run, { step, due }) {
    run.steps.set(step, { ...stepOf(run, step), due });
  },
  'step.retrying': (run, { at: since, step, due }) => set(run, step, { since, status: 'retrying', due }),
  'step.dead-lettered'(run, { at: since, step, deadLetter, failure }) {
    set(run, step, { since, status: 'dead-lettered', deadLetter, failure });
    abandon(run, step, since);
  },
  'step.redriven'(run, { at: since, step, input }) {
    const before = stepOf(run, step);
    const edited = input === undefined ? before.edited : { input };
    const redrives = before.redrives + 1;
    const anew = { deadLetter: undefined, firstFailedAt: undefined, begunAt: undefined, redrives, edited };
    set(run, step, { since, status: 'pending', fallback: 0, ...NOT_TRIED, ...anew });
    run.paused = withHappened(run, step);
  },
} satisfies Partial<{ readonly [Type in Fact['type']]: Apply<Type> }>;

/** The changes that facts of a step make without an attempt: a value, items, a wait. */
const STEP_CHANGES: {
  readonly [Type in Exclude<Fact['type'], `run.${string}` | keyof typeof ATTEMPT_CHANGES>]: Apply<Type>;
} = {
  'step.skipped': (run, { at: since, step }) => set(run, step, { since, status: 'skipped' }),
  'step.valued'(run, { at: since, step, output }) {
    set(run, step, { since, status: 'completed' });
    run.scope[step] = output;
  },
  'step.replayed'(run, { at: since, step, output }) {
    set(run, step, { since, status: 'completed' });
    run.scope[step] = output;
  },
  'step.defaulted'(run, fact) {
    const { at: since, step, output } = fact;
    set(run, step, { since, status: 'completed' });
    run.degraded = degradedBy(run, fact);
    gather(run, step, output);
  },
  'step.spread'(run, fact) {
    set(run, fact.step, { since: fact.at, status: 'running' });
    spread(run, fact);
  },
  'step.item-failed'(run, { at: since, step, failure }) {
    set(run, step, { since, status: 'failed', failure });
    give(run, step, { failure });
  },
  'step.gathered'(run, { at: since, step, collect = false }) {
    set(run, step, { since, status: 'completed' });
    const fan = run.fans.get(step);
    const runOf = (key: string) => stepOf(run, itemName(step, key)).child?.run;
    gather(run, step, fan && gathered(fan, { collect, runOf }));
  },
  'step.waiting'(run, { at: since, step, assignee, group, kind, due }) {
    const review = { assignee, group, escalations: 0, claimedBy: undefined };
    set(run, step, { since, status: 'waiting', due, review: kind === 'review' ? review : undefined });
  },
  'step.claimed': (run, { step, by }) => hold(run, step, () => ({ claimedBy: by })),
  'step.unclaimed': (run, { step }) => hold(run, step, () => ({ claimedBy: undefined })),
  'step.escalated': (run, { step, assignee, group }) =>
    hold(run, step, ({ escalations }) => ({ assignee, group, escalations: escalations + 1, claimedBy: undefined })),
  'step.answered'(run, { at: since, step, output }) {
    set(run, step, { since, status: 'completed' });
    give(run, step, { output });
  },
  'step.answer-refused': NOTHING,
  'step.signal-kept'(run, fact) {
    run.early = withEarly(run, fact);
  },
};

const CHANGES: { readonly [Type in Fact['type']]: Apply<Type> } = {
  ...RUN_CHANGES,
  ...ATTEMPT_CHANGES,
  ...STEP_CHANGES,
};

/** Ends everything that a run still does: it has failed, in one of its steps, or was cancelled. */
function end(run: RunDraft, at: number, failed?: string): void {
  run.endedAt = at;
  for (const [step, { status }] of run.steps) {
    if (status === 'completed' || status === 'skipped' || status === 'failed') continue;
    set(run, step, { since: at, status: step === failed ? 'failed' : 'cancelled' });
  }
}

/** Ends everything that a run does when it begins to be undone, but for what stages and child runs have in hand. */
function leave(run: RunDraft, { at: since, step: failed }: Fact & { type: 'run.compensating' }): void {
  for (const [step, { status, lookup }] of run.steps) {
    const isInHand = status === 'running' && !run.fans.has(step) && step !== failed && !(lookup && !lookup.isMiss);
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
