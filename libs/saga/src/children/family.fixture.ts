import { derivedId, isOver, RunEvent, runIdOf } from '@millrace/contracts';
import { handOff, itemOf, loadPlan } from '@millrace/pipeline/engine';
import type { Decision } from '../decide/decision.js';
import { type Followed, type MemoryRun, RUN_RULES, RunsInMemory } from '../memory/runs-in-memory.js';
import { scriptedAnswer } from '../memory/scripted-stage.js';
import type { Script } from './family-script.fixture.js';
import { NOT_BEGUN, type Run, stepOf } from '../run/run.js';
import { wakeAtOf } from '../run/timers.js';

/** The events for a run: those that are still to come, and those that it has heard. */
interface Inbox {
  readonly run: string;
  readonly log: RunEvent[];
  readonly past: RunEvent[];
}

type Request = Decision['requests'][number];

/** Drives a run and its child runs through a random course of events, in a random order of deliveries. */
export class Family {
  readonly sent: string[] = [];
  readonly strays: string[] = [];
  /** Commands of paused runs, and runs that went on although their parent was paused. */
  readonly sentInPause: string[] = [];
  readonly root = runIdOf('random', '1');
  private readonly runs: RunsInMemory;
  private readonly inboxes = new Map<string, Inbox>();
  private readonly commands: { readonly run: string; readonly request: Request }[] = [];
  private now = 1_000_000;
  private turn = 0;

  constructor(
    private readonly script: Script,
    rules = RUN_RULES,
  ) {
    this.runs = new RunsInMemory(loadPlan(JSON.parse(JSON.stringify(script.plan))), rules);
    const list = Array.from({ length: script.items }, (_, i) => i);
    const request = { run: this.root, pipeline: 'random', input: { list }, idempotencyKey: '1', at: this.now };
    this.follow(this.runs.begin({ ...request, source: 'i/0/0' }));
  }

  get members(): ReadonlyMap<string, MemoryRun> {
    return this.runs.members;
  }

  settle(): void {
    for (let steps = 0; this.happen(); steps++) if (steps > 60_000) throw new Error('It does not come to an end.');
  }

  redriveAll(): void {
    for (const { run } of this.members.values()) {
      for (const [step, { status, deadLetter }] of run.steps) {
        if (status === 'dead-lettered')
          this.tell({ type: 'step.redriven', run: run.id, step, at: this.now, deadLetter: deadLetter! });
      }
    }
  }

  private cancel(compensate: boolean): void {
    const asked = { type: 'run.cancel-requested', run: this.root, at: this.now } as const;
    this.tell({ ...asked, ...(compensate && { compensate }) });
  }

  /** Somebody pauses a run, or goes on with it. */
  private pause({ run }: MemoryRun): void {
    const type = run.paused ? 'run.resume-requested' : 'run.pause-requested';
    this.tell({ type, run: run.id, at: this.now });
  }

  private tell(event: RunEvent): void {
    this.inboxOf(event.run).log.push(event);
  }

  private inboxOf(run: string): Inbox {
    const inbox = this.inboxes.get(run) ?? { run, log: [], past: [] };
    this.inboxes.set(run, inbox);
    return inbox;
  }

  /** Returns a member that is not paused although its parent is. */
  private readonly leftOut = ({ run }: MemoryRun): string[] => {
    const parent = run.parent && this.runs.get(run.parent.run).run;
    const { status, child } = parent ? stepOf(parent, run.parent.step) : NOT_BEGUN;
    const isItsWork = status === 'running' && child?.run === run.id;
    return isItsWork && parent!.paused && !run.paused && !isOver(run.status) ? [run.id] : [];
  };

  private happen(): boolean {
    const { chance, cancel } = this.script;
    const isPlaying = this.turn < chance.length;
    if (this.turn === cancel?.turn) this.cancel(cancel.compensate);
    if (this.script.pauses.includes(this.turn)) this.pause(this.runs.get(this.root));
    const share = chance[this.turn++] ?? 0;
    const all = [...this.members.values()];
    const busy = [...this.inboxes.values()].filter(({ log }) => log.length > 0);
    if (busy.length === 0 && this.script.pauses.length <= 2) this.sentInPause.push(...all.flatMap(this.leftOut));
    const isAsked = ({ run, plan }: MemoryRun, step: string) =>
      stepOf(run, step).status === 'waiting' &&
      plan.step(step).kind !== 'sleep' &&
      // Nobody ever answers some.
      !(stepOf(run, step).review && this.diceOf(run.id, step) % 3 === 0);
    const waiting = all.flatMap((member) =>
      [...member.run.steps.keys()].filter((step) => isAsked(member, step)).map((step) => ({ run: member.run, step })),
    );
    const possible: (() => void)[] = [];
    const choose = (n: number) => Math.floor(((share * 1_000) % 1) * n) % n;
    if (busy.length > 0) possible.push(() => this.decideNext(busy[choose(busy.length)]!));
    if (this.commands.length > 0) possible.push(() => this.work(choose(this.commands.length)));
    if (waiting.length > 0) {
      const one = waiting[choose(waiting.length)]!;
      possible.push(() => this.signal(one));
      if (isPlaying) possible.push(() => this.hold(one));
    }
    if (isPlaying) possible.push(() => this.repeat(all[choose(all.length)]!.run.id));
    if (isPlaying && this.script.pauses.length > 2) possible.push(() => this.pause(all[choose(all.length)]!));
    if (possible.length === 0 || isPlaying) {
      const due = all.flatMap((member) => {
        const at = wakeAtOf(member.run, member.plan);
        return at === undefined ? [] : [{ member, at }];
      });
      const [next] = due.sort((a, b) => a.at - b.at);
      if (next) possible.push(() => this.wake(next.member.run.id, next.at));
    }
    const paused = all.filter(({ run }) => run.paused && !isOver(run.status));
    if (possible.length === 0) for (const member of paused) possible.push(() => this.pause(member));
    if (possible.length === 0) return false;
    possible[Math.floor(share * possible.length)]!();
    return true;
  }

  private decideNext({ log, past }: Inbox): void {
    const event = log.shift()!;
    past.push(event);
    this.now += 1;
    const followed = this.runs.hear(event, this.now);
    if (followed) this.follow(followed);
    else this.strays.push(`${event.type} for ${event.run}`);
  }

  private follow({ member, requests, events }: Followed): void {
    const { id } = member.run;
    if (member.paused) this.sentInPause.push(...requests.map(({ step }) => `${id}/${step}`));
    for (const request of requests) this.send(id, request);
    for (const event of events) this.deliver(RunEvent.parse(JSON.parse(JSON.stringify(event))));
  }

  /** A child run begins at once; what a run has to hear may wait. */
  private deliver(event: RunEvent): void {
    this.tell(event);
    if (!this.members.has(event.run)) this.decideNext(this.inboxOf(event.run));
  }

  private send(run: string, request: Request): void {
    this.sent.push(`${run}/${request.step}/${request.attempt}`);
    this.commands.push({ run, request });
  }

  private work(index: number): void {
    const [{ run, request }] = this.commands.splice(index, 1) as [{ run: string; request: Request }];
    const { step, attempt, input, at } = request;
    const { outcomes } = this.script;
    const dice = this.diceOf(run, step, attempt);
    const how = attempt > 4 ? 'succeeds' : outcomes[dice % outcomes.length]!;
    if (how === 'dies') return;
    const code = how === 'fails' ? 'STAGE_THREW' : 'STAGE_INPUT_INVALID';
    const { event, handedOff } = scriptedAnswer(request, how === 'succeeds' ? { output: { saw: input } } : { code }, {
      ...{ run, plan: this.runs.get(run).plan, at: this.now, startedAt: at },
      handOff: itemOf(step) ? undefined : handOff,
    });
    for (const one of handedOff) {
      const times = { at, timeoutMs: 1, expires: 1 };
      this.send(run, { ...one, stage: one.stage!, ownAttempt: 1, known: one.known, ...times, links: [] });
    }
    this.tell(event);
  }

  /** A review is claimed first, or not. While things are still played one of two people answers; then whoever may. */
  private signal({ run, step }: { run: Run; step: string }): void {
    const { review } = stepOf(run, step);
    if (review && !review.claimedBy && this.diceOf(run.id, step) % 3 === 1) return this.hold({ run, step });
    const isPlaying = this.turn < this.script.chance.length || this.turn % 2 === 0;
    const by = isPlaying ? this.someone() : (review?.claimedBy ?? 'ann');
    this.tell({ type: 'step.signalled', run: run.id, step, at: this.now, id: `${step}/${this.turn}`, payload: {}, by });
  }

  private hold({ run, step }: { run: Run; step: string }): void {
    const type = this.turn % 3 === 0 ? 'step.unclaimed' : 'step.claimed';
    this.tell({ type, run: run.id, step, at: this.now, by: this.someone() });
  }

  private diceOf = (run: string, step: string, attempt = 0): number =>
    parseInt(derivedId('x', run, step, String(attempt)).slice(-4), 36);

  private someone(): string {
    return Math.floor(this.turn / 2) % 2 === 0 ? 'ann' : 'bob';
  }

  private wake(run: string, at: number): void {
    this.now = Math.max(this.now, at);
    const inbox = this.inboxOf(run);
    this.tell({ type: 'run.woken', run, at: this.now });
    while (inbox.log.length > 0) this.decideNext(inbox);
  }

  private repeat(run: string): void {
    const { log, past } = this.inboxOf(run);
    const event = past[this.turn % Math.max(1, past.length)];
    if (event) log.push(event);
  }
}
