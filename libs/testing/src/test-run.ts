import {
  type Degraded,
  type Fact,
  type Failure,
  isOver,
  type RunEvent,
  type RunStatus,
  type StepStatus,
} from '@millrace/contracts';
import { type Run, stepOf } from '@millrace/saga';
import { TestingError } from './errors.js';
import { historyOf } from './history.js';
import type { TestRuns } from './runs.js';

/** The person who acts on a run, and why. */
export interface Act {
  readonly by?: string;
  readonly reason?: string;
}

/** The engine as a run needs it. */
export interface RunContext {
  readonly runs: TestRuns;
  readonly now: () => number;
  /** Tells a run what happened, and lets everything happen that follows from it. */
  tell(event: RunEvent): Promise<void>;
  /** Goes on to when something is due next; false where nothing ever is. */
  passOn(): Promise<boolean>;
}

/** The recipient of a review, and the person who has claimed it. */
export interface ReviewStanding {
  readonly assignee: string | undefined;
  readonly group: string | undefined;
  readonly claimedBy: string | undefined;
}

export interface TestStep {
  readonly status: StepStatus;
  /** 0 where it has not begun. */
  readonly attempt: number;
  readonly output: unknown;
  /** The failure of the last attempt that failed. */
  readonly failure: Failure | undefined;
}

/** A run of an engine: how it stands, and what people and systems do to it. Whatever follows without time passing has happened when a promise resolves. */
export class TestRun<Output = unknown> {
  constructor(
    private readonly around: RunContext,
    readonly id: string,
  ) {}

  get status(): RunStatus {
    return this.run.status;
  }

  /** Undefined until the run is completed. */
  get output(): Output | undefined {
    return this.run.output as Output | undefined;
  }

  /** A step, or an item of one: `embed[3]`. One that has not begun is `pending`. */
  step(name: string): TestStep {
    const { status, attempt, failure } = stepOf(this.run, name);
    return { status, attempt, failure, output: this.run.scope[name] };
  }

  /** The reviews and signals that it waits for. */
  get waiting(): readonly string[] {
    const { run } = this;
    const plan = this.around.runs.planOf(this.id);
    return [...run.steps.keys()].filter(
      (step) => stepOf(run, step).status === 'waiting' && plan.step(step).kind !== 'sleep',
    );
  }

  /** Returns the content that is shown to whoever is to answer. */
  shown(step: string): unknown {
    return this.factsOf('step.waiting').findLast((fact) => fact.step === step)?.show;
  }

  /** All that happened, as text for a snapshot: no ids, times or hashes, and child runs below the steps whose work they do. */
  get history(): string {
    return historyOf(this.id, (run) => this.around.runs.factsOf(run));
  }

  /**
   * The run that does the work of a step (a sub-pipeline) or of an item (`embed[3]`, `fastest[small]`).
   * @throws {TestingError} NO_CHILD
   */
  child(step: string): TestRun {
    const child = this.factsOf('step.requested').findLast((fact) => fact.step === step)?.child;
    if (child === undefined) throw new TestingError('NO_CHILD', `No run of its own does the work of "${step}" so far.`);
    return new TestRun(this.around, child);
  }

  /** The run in which the handler of its failure is asked, as its step `onFailure`. @throws {TestingError} NO_CHILD */
  get handler(): TestRun {
    const { failed } = this.run;
    if (failed?.handler === undefined) throw new TestingError('NO_CHILD', 'Nothing handles a failure of this run.');
    return new TestRun(this.around, failed.handler);
  }

  /** The steps that gave what a fallback, a default or a degraded run gave. */
  get degraded(): readonly Degraded[] {
    return this.run.degraded;
  }

  /**
   * Decides a review, or sends a signal.
   * @throws {TestingError} NOT_WAITING, or ANSWER_REFUSED where the answer is not of the step's type
   */
  async answer(step: string, payload: unknown, act: Act = {}): Promise<void> {
    if (!this.waiting.includes(step)) throw this.notWaiting(step);
    const before = this.factsOf('step.answer-refused').length;
    const { seq } = this.run;
    const id = `${step}/${seq}`;
    await this.around.tell({ type: 'step.signalled', run: this.id, step, at: this.around.now(), id, payload, ...act });
    const refused = this.factsOf('step.answer-refused').slice(before)[0];
    if (refused) throw new TestingError('ANSWER_REFUSED', said(refused.failure));
  }

  /** Returns the recipient of a waiting review, and the person who has claimed it. @throws {TestingError} NOT_WAITING */
  review(step: string): ReviewStanding {
    const { review, status } = stepOf(this.run, step);
    if (!review || status !== 'waiting') throw this.notWaiting(step);
    const { assignee, group, claimedBy } = review;
    return { assignee, group, claimedBy };
  }

  /** Takes a review in hand: nobody else's answer counts until it is given back or goes to others. @throws {TestingError} NOT_WAITING, CLAIMED */
  async claim(step: string, act: Act & { readonly by: string }): Promise<void> {
    const { claimedBy } = this.review(step);
    if (claimedBy !== undefined) throw new TestingError('CLAIMED', `${claimedBy} has claimed "${step}".`);
    await this.around.tell({ type: 'step.claimed', run: this.id, step, at: this.around.now(), ...act });
  }

  /** Gives a claimed review back, one's own or another's. @throws {TestingError} NOT_WAITING */
  async unclaim(step: string, act: Act = {}): Promise<void> {
    this.review(step);
    await this.around.tell({ type: 'step.unclaimed', run: this.id, step, at: this.around.now(), ...act });
  }

  /** A run that is over stays as it is. `compensate`: what it did is undone first. */
  cancel({ compensate, ...act }: Act & { readonly compensate?: boolean } = {}): Promise<void> {
    const how = { ...act, ...(compensate && { compensate: true as const }) };
    return this.around.tell({ type: 'run.cancel-requested', run: this.id, at: this.around.now(), ...how });
  }

  /** Nothing new is begun for the run and its child runs, and no time passes for them. One that is paused stays so. */
  pause(act: Act = {}): Promise<void> {
    return this.around.tell({ type: 'run.pause-requested', run: this.id, at: this.around.now(), ...act });
  }

  resume(act: Act = {}): Promise<void> {
    return this.around.tell({ type: 'run.resume-requested', run: this.id, at: this.around.now(), ...act });
  }

  /**
   * Sends a parked step on again.
   * @throws {TestingError} NOT_PARKED
   */
  redrive(step: string, act: Act = {}): Promise<void> {
    const { deadLetter } = stepOf(this.run, step);
    if (deadLetter === undefined)
      throw new TestingError('NOT_PARKED', `The step "${step}" is not parked: it is ${this.step(step).status}.`);
    return this.around.tell({
      type: 'step.redriven',
      run: this.id,
      step,
      at: this.around.now(),
      deadLetter,
      ...act,
    });
  }

  /**
   * Lets time pass until the run is over, or parked: retries, sleeps and deadlines come when they are due.
   * @throws {TestingError} NEVER_ENDS where it waits for somebody without a deadline
   */
  async ended(): Promise<this> {
    while (!isOver(this.status) && this.status !== 'dead-lettered') {
      if (await this.around.passOn()) continue;
      const for_ = this.waiting.join(', ') || 'a child run';
      throw new TestingError(
        'NEVER_ENDS',
        `The run is ${this.status} and waits for ${for_} for ever: answer it first.`,
      );
    }
    return this;
  }

  private notWaiting(step: string): TestingError {
    const those = this.waiting.join(', ') || 'nothing';
    return new TestingError('NOT_WAITING', `The run does not wait for "${step}". It waits for: ${those}.`);
  }

  private get run(): Run {
    return this.around.runs.get(this.id);
  }

  private factsOf<Type extends Fact['type']>(type: Type): (Fact & { type: Type })[] {
    return this.around.runs.factsOf(this.id).filter((fact): fact is Fact & { type: Type } => fact.type === type);
  }
}

/** A failure in one line. */
export function said({ message, details = [] }: Failure): string {
  const where = details.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`).join('; ');
  return where === '' ? message : `${message} ${where}.`;
}
