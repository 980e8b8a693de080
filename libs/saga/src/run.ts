import type { Fact, Failure, Priority, RunStatus, StepStatus } from '@millrace/contracts';
import type { Progress, StepMark } from '@millrace/pipeline';

/** Where one step of a run stands. A step that has not begun has no state. */
export interface StepState {
  readonly status: StepStatus;
  /** The attempt that counts; results of any other are late or stale. 0 where there was none. */
  readonly attempt: number;
  /** Attempts since the step was begun, redriven or given to its fallback: what the retry policy counts. */
  readonly tries: number;
  /** Since when it stands so, in milliseconds since the epoch. */
  readonly since: number;
  /** When something has to happen if nothing does: a retry, the end of a wait. Deadlines of attempts are in the plan. */
  readonly due: number | undefined;
  /** The fallback stage has taken over. */
  readonly fallback: boolean;
  readonly firstFailedAt: number | undefined;
  readonly deadLetter: string | undefined;
  readonly failure: Failure | undefined;
  /** Of the span that ended its last attempt: a W3C traceparent. */
  readonly trace: string | undefined;
}

/** A run as it follows from its facts. Never changed: `evolve` makes the next one. */
export interface Run {
  readonly id: string;
  readonly pipeline: string;
  /** The plan's hash. */
  readonly plan: string;
  readonly status: RunStatus;
  readonly acceptedAt: number;
  readonly endedAt: number | undefined;
  /** It has not begun: until a time, or without one until its turn comes. */
  readonly held: { readonly until: number | undefined } | undefined;
  /** What its pipeline counts its runs by, where only so many may be under way at once. */
  readonly key: string | undefined;
  /** For its commands. */
  readonly priority: Priority | undefined;
  readonly tenant: string | undefined;
  /** How many facts it follows from. */
  readonly seq: number;
  readonly steps: ReadonlyMap<string, StepState>;
  /** The run's input under `input`, and the outputs of finished steps. */
  readonly known: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

const NOT_BEGUN: StepState = {
  status: 'pending',
  attempt: 0,
  tries: 0,
  since: 0,
  due: undefined,
  fallback: false,
  firstFailedAt: undefined,
  deadLetter: undefined,
  failure: undefined,
  trace: undefined,
};

export const stepOf = (run: Run, step: string): StepState => run.steps.get(step) ?? NOT_BEGUN;

const MARKS: Record<StepStatus, StepMark | undefined> = {
  pending: undefined,
  running: 'begun',
  retrying: 'begun',
  waiting: 'begun',
  'dead-lettered': 'begun',
  cancelled: 'begun',
  completed: 'completed',
  skipped: 'skipped',
};

/** What `advance` has to know of a run. */
export const progressOf = (run: Run): Progress => ({
  known: run.known,
  mark: (step) => MARKS[stepOf(run, step).status],
});

type Draft = { -readonly [K in keyof Run]: Run[K] } & { steps: Map<string, StepState>; known: Record<string, unknown> };

/** The run that follows from `facts` happening to `run`; the first fact of a run is `run.accepted`. */
export function evolve(run: Run | undefined, id: string, facts: readonly Fact[]): Run {
  const draft: Draft = run
    ? { ...run, steps: new Map(run.steps), known: { ...run.known } }
    : {
        id,
        pipeline: '',
        plan: '',
        status: 'running',
        acceptedAt: 0,
        endedAt: undefined,
        held: undefined,
        key: undefined,
        priority: undefined,
        tenant: undefined,
        seq: 0,
        steps: new Map(),
        known: {},
        output: undefined,
      };
  for (const fact of facts) apply(draft, fact);
  draft.seq += facts.length;
  if (draft.endedAt === undefined) draft.status = statusOf(draft);
  return draft;
}

function statusOf(run: Run): RunStatus {
  if (run.held) return 'held';
  let waiting = false;
  let busy = false;
  for (const { status } of run.steps.values()) {
    if (status === 'dead-lettered') return 'dead-lettered';
    if (status === 'waiting') waiting = true;
    else if (status === 'running' || status === 'retrying') busy = true;
  }
  return waiting && !busy ? 'waiting' : 'running';
}

function apply(run: Draft, fact: Fact): void {
  const set = (step: string, change: Partial<StepState>) =>
    run.steps.set(step, { ...stepOf(run, step), since: fact.at, due: undefined, ...change });
  switch (fact.type) {
    case 'run.accepted':
      run.pipeline = fact.pipeline;
      run.plan = fact.plan;
      run.acceptedAt = fact.at;
      run.known = { input: fact.input };
      run.key = fact.key;
      run.priority = fact.priority;
      run.tenant = fact.tenant;
      run.held = fact.startAt !== undefined || fact.queued ? { until: fact.startAt } : undefined;
      return;
    case 'run.queued':
      run.held = { until: undefined };
      return;
    case 'run.begun':
      run.held = undefined;
      return;
    case 'step.requested': {
      const before = stepOf(run, fact.step);
      const fallback = fact.fallback ?? false;
      set(fact.step, {
        status: 'running',
        attempt: fact.attempt,
        tries: fallback === before.fallback ? before.tries + 1 : 1,
        fallback,
      });
      return;
    }
    case 'step.completed':
      set(fact.step, { status: 'completed', failure: undefined, trace: fact.trace });
      run.known[fact.step] = fact.output;
      for (const step of fact.skipped ?? []) set(step, { status: 'skipped' });
      for (const step of fact.next ?? []) set(step, { status: 'running', attempt: fact.attempt, tries: 1 });
      return;
    case 'step.failed':
      set(fact.step, {
        failure: fact.failure,
        firstFailedAt: stepOf(run, fact.step).firstFailedAt ?? fact.at,
        trace: fact.trace,
      });
      return;
    case 'step.retrying':
      set(fact.step, { status: 'retrying', due: fact.due });
      return;
    case 'step.skipped':
      set(fact.step, { status: 'skipped' });
      return;
    case 'step.waiting':
      set(fact.step, { status: 'waiting', due: fact.due });
      return;
    case 'step.answered':
    case 'step.defaulted':
      set(fact.step, { status: 'completed' });
      run.known[fact.step] = fact.output;
      return;
    case 'step.answer-refused':
      return;
    case 'step.dead-lettered':
      set(fact.step, { status: 'dead-lettered', deadLetter: fact.deadLetter, failure: fact.failure });
      return;
    case 'step.redriven':
      set(fact.step, { status: 'pending', tries: 0, fallback: false, deadLetter: undefined, firstFailedAt: undefined });
      return;
    case 'run.move-refused':
      return;
    case 'run.moved':
      move(run, fact);
      return;
    case 'run.completed':
      run.status = 'completed';
      run.endedAt = fact.at;
      run.output = fact.output;
      return;
    case 'run.cancelled':
      run.status = 'cancelled';
      run.endedAt = fact.at;
      for (const [step, { status }] of run.steps) {
        if (status !== 'completed' && status !== 'skipped') set(step, { status: 'cancelled' });
      }
  }
}

/** What is not kept is as if it had never begun, but for the numbers of its attempts. */
function move(run: Draft, { plan, kept, restarted, attempt, at }: Fact & { type: 'run.moved' }): void {
  run.plan = plan;
  const stays = new Set(kept);
  for (const step of [...run.steps.keys()]) {
    if (stays.has(step)) continue;
    run.steps.delete(step);
    delete run.known[step];
  }
  for (const step of restarted) run.steps.set(step, { ...NOT_BEGUN, attempt, since: at });
}
