import type {
  ChildStatus,
  Degraded,
  Fact,
  Failure,
  Parent,
  Priority,
  RunStatus,
  StepStatus,
} from '@millrace/contracts';
import type { Assigned, RunProgress, StepMark } from '@millrace/pipeline/engine';
import type { Fan } from '../children/fan-state.js';

/** The state of one step of a run. A step that has not begun has no state. */
export interface StepState {
  readonly status: StepStatus;
  /** The attempt that counts; results of any other are late or stale. 0 where there was none. */
  readonly attempt: number;
  /** The number of times that it was begun itself: an attempt's number goes on from that of the step which handed it on. */
  readonly tries: number;
  /** The number of failures since the step was begun, redriven or given to a fallback, by code: the retry policy counts them. */
  readonly failures: Readonly<Record<string, number>>;
  /** The time since which tries and failures are counted, in milliseconds since the epoch. */
  readonly triedSince: number | undefined;
  /** The time at which this state began, in milliseconds since the epoch. */
  readonly since: number;
  /** The time at which work on it began, all attempts together: its deadline counts from here. */
  readonly begunAt: number | undefined;
  /** The time of its next timer: a retry, the end of a wait. Deadlines of attempts are in the plan. */
  readonly due: number | undefined;
  /** The time since which it waits for its turn to call a model, where no stage holds it meanwhile. */
  readonly deferredAt: number | undefined;
  /** The number of the fallback that has taken over, the first being 1; 0 while its own stage is asked. */
  readonly fallback: number;
  /** The failure for which the fallback was asked. */
  readonly cause: Failure | undefined;
  readonly firstFailedAt: number | undefined;
  readonly deadLetter: string | undefined;
  /** The number of times that it was redriven. */
  readonly redrives: number;
  /** The input that a person gave its stage with a redrive, instead of the one that follows from the run. */
  readonly edited: { readonly input: unknown } | undefined;
  readonly failure: Failure | undefined;
  /** The lookup of its output in the cache, while it is running or waits for a model. */
  readonly lookup: Lookup | undefined;
  /** The W3C traceparent of the span that ended its last attempt. */
  readonly trace: string | undefined;
  /** For a review that waits: the people it is for, the number of escalations, and the person who has claimed it. */
  readonly review: (Assigned & { readonly escalations: number; readonly claimedBy: string | undefined }) | undefined;
  /** The run that does its work, and how that stands. */
  readonly child: { readonly run: string; readonly status: ChildStatus } | undefined;
}

/** The lookup of a step's output in the cache. */
export interface Lookup {
  readonly key: string;
  /** The attempt that it comes before. */
  readonly attempt: number;
  /** The time for which what the step gives is kept. */
  readonly maxAgeMs: number;
  /** The time at which an output must have been given at the earliest; undefined where none will do. */
  readonly freshFrom: number | undefined;
  /** The cache has nothing: the stage was asked. */
  readonly isMiss: boolean;
}

/** A step or an item that has completed, and what undoes it. */
export interface Done {
  readonly step: string;
  readonly undo: string;
  /** The run that did its work. */
  readonly child: string | undefined;
}

/** The end that a run compensates towards, kept afterwards. */
export type Undoing = Pick<Fact & { type: 'run.compensating' }, 'as' | 'failure' | 'step' | 'undoes' | 'by' | 'reason'>;

/** A signal that is kept. */
export type Early = Pick<Fact & { type: 'step.signal-kept' }, 'id' | 'payload' | 'by' | 'reason'>;

/** Nothing new is begun, and no time passes. */
export interface Paused {
  readonly since: number;
  /** Steps and items that something has happened to meanwhile: what follows from it is decided when the run goes on. */
  readonly happened: readonly string[];
}

/** A run as it follows from its facts. Never changed: `evolve` makes the next one. */
/** Returns the time at which a run first came to wait, and the wait: its span ends there. Undefined while it has been at work all the time. */
export interface Rested {
  readonly at: number;
  readonly status: RunStatus;
  /** The code of the failure that it waits for somebody to do something about. */
  readonly failed?: string | undefined;
}

export interface Run {
  readonly id: string;
  readonly pipeline: string;
  /** The plan's hash. */
  readonly plan: string;
  readonly status: RunStatus;
  readonly acceptedAt: number;
  /** The time from which its deadline counts: when it was accepted, or was no longer held. */
  readonly begunAt: number;
  readonly endedAt: number | undefined;
  /** It has not begun: until a time, or without one until its turn comes. `behind`: until no run before it holds its key up. */
  readonly held: { readonly until: number | undefined; readonly behind?: boolean } | undefined;
  /** The concurrency key, where the pipeline limits the runs under way. */
  readonly key: string | undefined;
  /** The hold key: while a step of the run is parked, later runs of the same key wait. */
  readonly hold: string | undefined;
  /** For its commands. */
  readonly priority: Priority | undefined;
  readonly tenant: string | undefined;
  /** It was moved from one plan to another. */
  readonly moved: boolean;
  /** The number of facts that it follows from. */
  readonly seq: number;
  /** Steps, and items of steps: `embed[3]`. */
  readonly steps: ReadonlyMap<string, StepState>;
  /** By step, where its items stand. */
  readonly fans: ReadonlyMap<string, Fan>;
  /** The completed steps in order: those that can be undone. */
  readonly done: readonly Done[];
  readonly undoing: Undoing | undefined;
  /** The steps that gave something else than their stages would have. */
  readonly degraded: readonly Degraded[];
  readonly paused: Paused | undefined;
  /** Signals that came before their steps wait, by step, the oldest first. */
  readonly early: ReadonlyMap<string, readonly Early[]>;
  /** Its failure, the step in which it happened, and the run in which its handler is asked. */
  readonly failed:
    { readonly failure: Failure; readonly step: string | undefined; readonly handler: string | undefined } | undefined;
  /** The step that this run does the work of, in another run. */
  readonly parent: Parent | undefined;
  /** The run that this one replays, and the first step that it executes. */
  readonly replayOf: { readonly run: string; readonly from: string; readonly trial?: true | undefined } | undefined;
  /** Its steps are executed, whatever the cache has. */
  readonly refresh: boolean;
  /** Traceparents: of the span that its spans stand under, or are linked to. */
  readonly trace: string | undefined;
  readonly link: string | undefined;
  /** The time at which it first came to wait. */
  readonly rested: Rested | undefined;
  /** The run's input under `input`, and the outputs of finished steps. */
  readonly scope: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

/** Returns a run to which nothing has happened yet. */
export const newRun = (id: string): Run => ({
  id,
  pipeline: '',
  plan: '',
  status: 'running',
  acceptedAt: 0,
  begunAt: 0,
  endedAt: undefined,
  held: undefined,
  key: undefined,
  hold: undefined,
  priority: undefined,
  tenant: undefined,
  seq: 0,
  steps: new Map(),
  fans: new Map(),
  done: [],
  undoing: undefined,
  moved: false,
  degraded: [],
  paused: undefined,
  early: new Map(),
  failed: undefined,
  parent: undefined,
  replayOf: undefined,
  refresh: false,
  trace: undefined,
  link: undefined,
  rested: undefined,
  scope: {},
  output: undefined,
});

/** The number of times that a stage has failed, before it is asked. */
export const NOT_TRIED = { failures: {}, triedSince: undefined };

export const NOT_BEGUN: StepState = {
  status: 'pending',
  attempt: 0,
  tries: 0,
  ...NOT_TRIED,
  since: 0,
  begunAt: undefined,
  due: undefined,
  deferredAt: undefined,
  fallback: 0,
  cause: undefined,
  firstFailedAt: undefined,
  deadLetter: undefined,
  redrives: 0,
  edited: undefined,
  failure: undefined,
  lookup: undefined,
  trace: undefined,
  review: undefined,
  child: undefined,
};

export const stepOf = (run: Run, step: string): StepState => run.steps.get(step) ?? NOT_BEGUN;

/** Returns true when steps that wait for this one go on. */
export const hasEnded = (run: Run, step: string): boolean => {
  const { status } = stepOf(run, step);
  return status === 'completed' || status === 'skipped';
};

const MARKS: Record<StepStatus, StepMark | undefined> = {
  pending: undefined,
  running: 'begun',
  retrying: 'begun',
  waiting: 'begun',
  'dead-lettered': 'begun',
  cancelled: 'begun',
  failed: 'begun',
  completed: 'completed',
  skipped: 'skipped',
};

/** Returns what `advance` has to know of a run. */
export const progressOf = (run: Run): RunProgress => ({
  scope: run.scope,
  mark: (step) => MARKS[stepOf(run, step).status],
});

/** A child run that has ended does not stand in any way any more. */
export function childEnded(run: Run, { step }: { step: string }): Partial<StepState> {
  const { child } = stepOf(run, step);
  return child ? { child: { ...child, status: 'running' } } : {};
}

/** The state of a run that has not ended. */
export function statusOf(run: Run): RunStatus {
  if (run.paused) return 'paused';
  if (run.held) return 'held';
  let waiting = false;
  let busy = false;
  for (const [step, { status, child }] of run.steps) {
    // Its items say how it stands.
    if (status === 'running' && run.fans.has(step)) continue;
    if (status === 'dead-lettered' || child?.status === 'dead-lettered') return 'dead-lettered';
    if (status === 'waiting' || child?.status === 'waiting') waiting = true;
    else if (status === 'running' || status === 'retrying') busy = true;
  }
  if (run.undoing) return 'compensating';
  return waiting && !busy ? 'waiting' : 'running';
}

/** A run that is being changed. */
export type RunDraft = { -readonly [K in keyof Run]: Run[K] } & {
  steps: Map<string, StepState>;
  fans: Map<string, Fan>;
  scope: Record<string, unknown>;
};
