import { derivedId, Fact, failure, isOver, RunEvent, runIdOf } from '@millrace/contracts';
import { handOff, isChunked, itemOf, type LoadedPlan, loadPlan, planWithin } from '@millrace/pipeline/engine';
import { accept, acceptChild, decide } from '../decide/decide.js';
import type { Decision } from '../decide/decision.js';
import { listIn } from './children.js';
import type { Script } from './family-script.fixture.js';
import { NOT_BEGUN, type Run, stepOf } from '../run/run.js';
import { wakeAtOf } from '../run/timers.js';

export interface Member {
  run: Run;
  readonly plan: LoadedPlan;
  /** The run as its facts have it. */
  paused?: boolean;
  readonly facts: Fact[];
  readonly log: RunEvent[];
  readonly past: RunEvent[];
}

export const RULES = { accept, acceptChild, decide };

export class Family {
  readonly members = new Map<string, Member>();
  readonly sent: string[] = [];
  readonly strays: string[] = [];
  /** Commands of paused runs, and runs that went on although their parent was paused. */
  readonly sentInPause: string[] = [];
  readonly root = runIdOf('random', '1');
  private readonly commands: Decision['requests'][number][] = [];
  private readonly commanded: string[] = [];
  private readonly early = new Map<string, RunEvent[]>();
  private readonly outermost: LoadedPlan;
  private now = 1_000_000;
  private turn = 0;

  constructor(
    private readonly script: Script,
    private readonly rules = RULES,
  ) {
    this.outermost = loadPlan(JSON.parse(JSON.stringify(script.plan)));
    const list = Array.from({ length: script.items }, (_, i) => i);
    const request = { run: this.root, pipeline: 'random', input: { list }, idempotencyKey: '1', at: this.now };
    this.join(rules.accept({ ...request, source: 'i/0/0' }, this.outermost), this.outermost);
  }

  settle(): void {
    for (let steps = 0; this.happen(); steps++) if (steps > 60_000) throw new Error('It does not come to an end.');
  }

  redriveAll(): void {
    for (const { run, log } of this.members.values()) {
      for (const [step, { status, deadLetter }] of run.steps) {
        if (status === 'dead-lettered')
          log.push({ type: 'step.redriven', run: run.id, step, at: this.now, deadLetter: deadLetter! });
      }
    }
  }

  private cancel(compensate: boolean): void {
    const asked = { type: 'run.cancel-requested', run: this.root, at: this.now } as const;
    this.members.get(this.root)!.log.push({ ...asked, ...(compensate && { compensate }) });
  }

  /** Somebody pauses a run, or goes on with it. */
  private pause({ run, log }: Member): void {
    const type = run.paused ? 'run.resume-requested' : 'run.pause-requested';
    log.push({ type, run: run.id, at: this.now });
  }

  /** Returns a member that is not paused although its parent is. */
  private readonly leftOut = ({ run }: Member): string[] => {
    const parent = run.parent && this.members.get(run.parent.run)!.run;
    const { status, child } = parent ? stepOf(parent, run.parent.step) : NOT_BEGUN;
    const isItsWork = status === 'running' && child?.run === run.id;
    return isItsWork && parent!.paused && !run.paused && !isOver(run.status) ? [run.id] : [];
  };

  private happen(): boolean {
    const { chance, cancel } = this.script;
    const isPlaying = this.turn < chance.length;
    if (this.turn === cancel?.turn) this.cancel(cancel.compensate);
    if (this.script.pauses.includes(this.turn)) this.pause(this.members.get(this.root)!);
    const share = chance[this.turn++] ?? 0;
    const all = [...this.members.values()];
    const busy = all.filter(({ log }) => log.length > 0);
    if (busy.length === 0 && this.script.pauses.length <= 2) this.sentInPause.push(...all.flatMap(this.leftOut));
    const isAsked = ({ run, plan }: Member, step: string) =>
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
    if (isPlaying) possible.push(() => this.repeat(all[choose(all.length)]!));
    if (isPlaying && this.script.pauses.length > 2) possible.push(() => this.pause(all[choose(all.length)]!));
    if (possible.length === 0 || isPlaying) {
      const due = all.flatMap((member) => {
        const at = wakeAtOf(member.run, member.plan);
        return at === undefined ? [] : [{ member, at }];
      });
      const [next] = due.sort((a, b) => a.at - b.at);
      if (next) possible.push(() => this.wake(next.member, next.at));
    }
    const paused = all.filter(({ run }) => run.paused && !isOver(run.status));
    if (possible.length === 0) for (const member of paused) possible.push(() => this.pause(member));
    if (possible.length === 0) return false;
    possible[Math.floor(share * possible.length)]!();
    return true;
  }

  private join(decision: Decision, plan: LoadedPlan): void {
    const { id } = decision.run;
    const member: Member = { run: decision.run, plan, facts: [], log: this.early.get(id) ?? [], past: [] };
    this.members.set(id, member);
    this.take(member, decision);
  }

  private decideNext(member: Member): void {
    const event = member.log.shift()!;
    member.past.push(event);
    this.now += 1;
    this.take(member, this.rules.decide(member.run, event, { plan: member.plan, at: this.now }));
  }

  private take(member: Member, { run, facts, requests, events }: Decision): void {
    member.run = run;
    member.facts.push(...facts.map((fact) => Fact.parse(JSON.parse(JSON.stringify(fact)))));
    const isPaused = facts.findLast(({ type }) => type === 'run.paused' || type === 'run.resumed');
    if (isPaused) member.paused = isPaused.type === 'run.paused';
    if (member.paused) this.sentInPause.push(...requests.map(({ step }) => `${run.id}/${step}`));
    for (const request of requests) this.send(run.id, request);
    for (const event of events) this.deliver(RunEvent.parse(JSON.parse(JSON.stringify(event))));
  }

  private deliver(event: RunEvent): void {
    const member = this.members.get(event.run);
    if (member) member.log.push(event);
    else if (event.type === 'run.requested') {
      const plan = planWithin(this.outermost, event.plan);
      this.join(this.rules.acceptChild(this.withList(event), { plan, at: this.now }), plan);
    } else this.strays.push(`${event.type} for ${event.run}`);
  }

  /** Replaces stand-ins for lists by the lists, as the coordinator does. */
  private withList(event: RunEvent & { type: 'run.requested' }): RunEvent & { type: 'run.requested' } {
    const chunk = event.given?.['$page'] as { items: unknown } | undefined;
    if (!chunk || !isChunked(chunk.items)) return event;
    const items = chunk.items.$pages.flatMap(({ run }) => listIn(this.members.get(run)!.run) as unknown[]);
    return { ...event, given: { ...event.given, $page: { ...chunk, items } } };
  }

  private send(run: string, request: Decision['requests'][number]): void {
    this.sent.push(`${run}/${request.step}/${request.attempt}`);
    this.commands.push(request);
    this.commanded.push(run);
  }

  private work(index: number): void {
    const [{ step, attempt, input, known, at }] = this.commands.splice(index, 1) as [Decision['requests'][number]];
    const [id] = this.commanded.splice(index, 1) as [string];
    const { plan, log } = this.members.get(id)!;
    const { outcomes } = this.script;
    const dice = this.diceOf(id, step, attempt);
    const how = attempt > 4 ? 'succeeds' : outcomes[dice % outcomes.length]!;
    const common = { run: id, step, attempt, at: this.now, startedAt: at };
    if (how === 'dies') return;
    if (how !== 'succeeds') {
      const code = how === 'fails' ? 'STAGE_THREW' : 'STAGE_INPUT_INVALID';
      log.push({ type: 'step.failed', ...common, failure: failure(code, 'as the script has it') });
      return;
    }
    const output = { saw: input };
    const off = itemOf(step) ? { wanted: [], skipped: [] } : handOff(plan, step, { ...known, [step]: output });
    for (const one of off.wanted) {
      const times = { at, timeoutMs: 1, expires: 1 };
      const next = { ...one, stage: one.stage!, attempt, ownAttempt: 1, known: one.known, ...times, links: [] };
      this.send(id, next);
    }
    log.push({
      type: 'step.completed',
      ...common,
      output,
      ...(off.wanted.length > 0 && { next: off.wanted.map((one) => one.step) }),
      ...(off.skipped.length > 0 && { skipped: [...off.skipped] }),
    });
  }

  /** A review is claimed first, or not. While things are still played one of two people answers; then whoever may. */
  private signal({ run, step }: { run: Run; step: string }): void {
    const { log } = this.members.get(run.id)!;
    const { review } = stepOf(run, step);
    if (review && !review.claimedBy && this.diceOf(run.id, step) % 3 === 1) return this.hold({ run, step });
    const isPlaying = this.turn < this.script.chance.length || this.turn % 2 === 0;
    const by = isPlaying ? this.someone() : (review?.claimedBy ?? 'ann');
    log.push({ type: 'step.signalled', run: run.id, step, at: this.now, id: `${step}/${this.turn}`, payload: {}, by });
  }

  private hold({ run, step }: { run: Run; step: string }): void {
    const type = this.turn % 3 === 0 ? 'step.unclaimed' : 'step.claimed';
    this.members.get(run.id)!.log.push({ type, run: run.id, step, at: this.now, by: this.someone() });
  }

  private diceOf = (run: string, step: string, attempt = 0): number =>
    parseInt(derivedId('x', run, step, String(attempt)).slice(-4), 36);

  private someone(): string {
    return Math.floor(this.turn / 2) % 2 === 0 ? 'ann' : 'bob';
  }

  private wake(member: Member, at: number): void {
    this.now = Math.max(this.now, at);
    member.log.push({ type: 'run.woken', run: member.run.id, at: this.now });
    while (member.log.length > 0) this.decideNext(member);
  }

  private repeat({ log, past }: Member): void {
    const event = past[this.turn % Math.max(1, past.length)];
    if (event) log.push(event);
  }
}
