import { type Fact, present, type RunEvent, runIdOf } from '@millrace/contracts';
import { OffsetWindow } from '@millrace/broker-kafka/window';
import { handOff, type LoadedPlan } from '@millrace/pipeline/engine';
import { type Run, wakeAtOf } from '@millrace/saga';
import { type Followed, RUN_RULES, type RunRules, RunsInMemory, scriptedAnswer } from '@millrace/saga/memory';
import type { Course } from './script.js';
import { type CommitOutcome, type MakeWindow, StageLog } from './stage-log.js';

/** An attempt on its way to its stage, or in its hands. */
interface Command {
  readonly step: string;
  readonly attempt: number;
  readonly input: unknown;
  readonly known: Readonly<Record<string, unknown>>;
}

/** The rules that are simulated; each can be swapped for a broken one. */
export interface Rules extends RunRules {
  readonly handOff: typeof handOff;
  readonly window: MakeWindow;
}
export const RULES: Rules = { ...RUN_RULES, handOff, window: (size) => new OffsetWindow(size) };

const MAX_TURNS = 10_000;

const CODES = { fails: 'STAGE_THREW', 'is busy': 'MODEL_BUSY', 'fails for good': 'STAGE_INPUT_INVALID' } as const;

/** Drives one run with a stage's partition and its window, without any I/O: everything that can happen to it, in an order that is given. */
export class World {
  /** Every command that was ever sent, hand-offs included: `step/attempt`. */
  readonly sent: string[] = [];
  /** The events so far, in words. */
  readonly story: string[] = [];
  readonly commands: StageLog<Command>;
  /** The commands that the coordinator sent although the run is paused. */
  readonly sentInPause: string[] = [];
  private readonly runs: RunsInMemory;
  private readonly id = runIdOf('random', '1');
  private readonly log: RunEvent[] = [];
  private readonly past: RunEvent[] = [];
  /** The lookups that the cache has not answered. */
  private readonly lookups: (Fact & { type: 'step.lookup' })[] = [];
  private now = 1_000_000;
  private turn = 0;
  /** The pauses that stages will hear of, and those that they have heard of. */
  private readonly told: boolean[] = [];
  private heard = false;

  constructor(
    readonly plan: LoadedPlan,
    private readonly course: Course,
    private readonly rules: Rules = RULES,
  ) {
    this.commands = new StageLog(rules.window, course.window);
    this.runs = new RunsInMemory(plan, rules);
    const { id: run, now: at } = this;
    const request = { run, pipeline: 'random', input: { n: 0 }, idempotencyKey: '1', at, source: 'i/0/0' };
    this.follow('taken on', this.runs.begin(request));
    if (course.cancelled) this.log.push({ type: 'run.cancel-requested', run, at: this.now });
  }

  get run(): Run {
    return this.runs.get(this.id).run;
  }

  get facts(): readonly Fact[] {
    return this.runs.get(this.id).facts;
  }

  private get paused(): boolean {
    return this.runs.get(this.id).paused;
  }

  /** Lets things happen until nothing can any more; false when there is no end to it. */
  settle(): boolean {
    for (let turns = 0; this.happen(); turns++) if (turns > MAX_TURNS) return false;
    return true;
  }

  redriveAll(): void {
    for (const [step, { status, deadLetter }] of this.run.steps) {
      if (status !== 'dead-lettered') continue;
      this.log.push({
        type: 'step.redriven',
        run: this.id,
        step,
        at: this.now,
        deadLetter: present(deadLetter, `dead letter of ${step}`),
      });
    }
  }

  private happen(): boolean {
    const possible = this.possible();
    if (possible.length === 0) return false;
    const choice = this.course.choices[this.turn++] ?? 0;
    possible[choice % possible.length]?.();
    return true;
  }

  private possible(): (() => void)[] {
    const { commands, log, past } = this;
    const wakeAt = wakeAtOf(this.run, this.plan);
    const waiting = [...this.run.steps].filter(([, { status }]) => status === 'waiting');
    const possible = [
      ...(log.length > 0 ? [() => this.decideNext()] : []),
      ...(commands.mayTake ? [() => commands.take()] : []),
      ...commands.inFlight.map(
        ([offset, command]) =>
          () =>
            this.work(offset, command),
      ),
      ...(commands.hasFinished ? [() => this.commit('done')] : []),
      ...(this.told.length > 0 ? [() => this.hear()] : []),
      ...(this.lookups.length > 0 ? [() => this.answerLookup()] : []),
      ...waiting.map(
        ([step]) =>
          () =>
            this.signal(step),
      ),
    ];
    const odd = this.turn < this.course.choices.length;
    // Time passes when nothing else happens, or by chance.
    if (wakeAt !== undefined && (possible.length === 0 || odd)) possible.push(() => this.wake(wakeAt));
    if (this.paused && possible.length === 0) possible.push(() => this.pause());
    if (!odd || possible.length === 0) return possible;
    possible.push(() => this.commit('lost'));
    possible.push(() => this.commit('done, and nobody was told'));
    possible.push(() => this.takeover());
    possible.push(() => this.offerAgain());
    possible.push(() => this.pause());
    const early = this.plan.order.filter((step) => this.plan.step(step).kind === 'signal');
    if (early.length > 0) possible.push(() => this.signal(present(early[this.turn % early.length], 'step that waits')));
    if (past.length > 0) possible.push(() => this.repeat());
    return possible;
  }

  private decideNext(): void {
    const event = present(this.log.shift(), 'event of the log');
    this.past.push(event);
    this.now += 1;
    const on = 'step' in event ? ` of ${event.step}${'attempt' in event ? `/${event.attempt}` : ''}` : '';
    const followed = this.runs.hear(event, this.now);
    if (followed) this.follow(`${event.type}${on} is decided`, followed);
  }

  private follow(what: string, { facts, requests }: Followed): void {
    const follows = facts.map((fact) => fact.type + ('step' in fact ? ` ${fact.step}` : ''));
    this.story.push(`${what}: ${follows.join(', ') || 'nothing follows'}`);
    for (const fact of facts) {
      const { type } = fact;
      if (type === 'run.paused' || type === 'run.resumed') this.told.push(type === 'run.paused');
      if (type === 'step.lookup') this.lookups.push(fact);
    }
    for (const { step, attempt, input, known } of requests) {
      if (this.paused) this.sentInPause.push(`${step}/${attempt}`);
      this.send({ step, attempt, input, known: known ?? {} });
    }
  }

  private send(command: Command): void {
    this.sent.push(`${command.step}/${command.attempt}`);
    this.story.push(`  ${command.step}/${command.attempt} is sent`);
    this.commands.append(command);
  }

  private commit(outcome: CommitOutcome): void {
    this.story.push(`the stage commits: ${outcome}`);
    this.commands.commit(outcome);
  }

  private takeover(): void {
    this.story.push('another process takes the stage’s partition');
    this.commands.takeover();
  }

  private offerAgain(): void {
    this.story.push('the stage’s client fetches again from what is committed');
    this.commands.offerAgain();
  }

  /** A stage works on a command, and answers once that is committed. */
  private work(offset: number, { step, attempt, input, known }: Command): void {
    const how = this.course.outcomes[Number(step.slice(1))]?.[attempt - 1] ?? 'succeeds';
    this.story.push(`${step}/${attempt} ${how}`);
    if (how === 'never answers') return this.commands.finish(offset, () => undefined);
    const output = { n: attempt + Number(step.slice(1)), by: attempt, saw: input };
    const outcome = how === 'succeeds' ? { output } : { code: CODES[how] };
    const { event, handedOff } = scriptedAnswer({ step, attempt, known }, outcome, {
      ...{ run: this.id, plan: this.plan, at: this.now, startedAt: this.now },
      handOff: this.heard ? undefined : this.rules.handOff,
    });
    this.commands.finish(offset, () => {
      for (const one of handedOff) this.send({ ...one, known: one.known ?? {} });
      this.log.push(event);
    });
  }

  private signal(step: string): void {
    const [run, id] = [this.id, `${step}/${this.turn}`];
    this.log.push({ type: 'step.signalled', run, step, at: this.now, id, payload: { n: 4 } });
  }

  /** The cache has the output, or nothing. */
  private answerLookup(): void {
    const { step, attempt, refresh } = present(this.lookups.shift(), 'lookup');
    const isHit = !refresh && this.turn % 3 === 0;
    this.story.push(`the cache has ${isHit ? 'the output' : 'nothing'} for ${step}/${attempt}`);
    const hit = { output: { n: 100 + attempt }, storedAt: this.now, executedBy: this.id };
    this.log.push({ type: 'step.looked-up', run: this.id, step, attempt, at: this.now, ...(isHit && { hit }) });
  }

  /** Somebody pauses the run, or goes on with it. */
  private pause(): void {
    const type = this.paused ? 'run.resume-requested' : 'run.pause-requested';
    this.log.push({ type, run: this.id, at: this.now });
  }

  private hear(): void {
    this.heard = present(this.told.shift(), 'word of a pause');
    this.story.push(`stages hear that the run ${this.heard ? 'is paused' : 'goes on'}`);
  }

  private wake(at: number): void {
    this.now = Math.max(this.now, at);
    this.log.push({ type: 'run.woken', run: this.id, at: this.now });
    this.decideNext();
  }

  /** An event that was applied before comes once more. */
  private repeat(): void {
    const event = present(this.past[this.turn % this.past.length], 'event of the past');
    this.story.push(`${event.type} comes once more`);
    this.log.push(event);
  }
}
