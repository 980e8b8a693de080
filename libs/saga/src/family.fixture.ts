import { derivedId, Fact, failure, isOver, RunEvent, runIdOf } from '@millrace/contracts';
import { handOff, isPaged, itemOf, type LoadedPlan, loadPlan, planWithin } from '@millrace/pipeline';
import { accept, acceptChild, decide } from './decide.js';
import type { Decision } from './decision.js';
import { listIn } from './children.js';
import { wrongUndoing } from './family-undoing.fixture.js';
import type { Script } from './family-script.fixture.js';
import { evolve } from './evolve.js';
import { type Run, stepOf } from './run.js';
import { wakeAtOf } from './timers.js';

export interface Member {
  run: Run;
  readonly plan: LoadedPlan;
  readonly facts: Fact[];
  readonly log: RunEvent[];
  readonly past: RunEvent[];
}

export const RULES = { accept, acceptChild, decide };

export class Family {
  readonly members = new Map<string, Member>();
  readonly sent: string[] = [];
  readonly strays: string[] = [];
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

  private happen(): boolean {
    const { chance, cancel } = this.script;
    const isPlaying = this.turn < chance.length;
    if (this.turn === cancel?.turn) this.cancel(cancel.compensate);
    const share = chance[this.turn++] ?? 0;
    const all = [...this.members.values()];
    const busy = all.filter(({ log }) => log.length > 0);
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
    if (possible.length === 0 || isPlaying) {
      const due = all.flatMap((member) => {
        const at = wakeAtOf(member.run, member.plan);
        return at === undefined ? [] : [{ member, at }];
      });
      const [next] = due.sort((a, b) => a.at - b.at);
      if (next) possible.push(() => this.wake(next.member, next.at));
    }
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

  /** What the coordinator does about lists that stand for others. */
  private withList(event: RunEvent & { type: 'run.requested' }): RunEvent & { type: 'run.requested' } {
    const page = event.given?.['$page'] as { items: unknown } | undefined;
    if (!page || !isPaged(page.items)) return event;
    const items = page.items.$pages.flatMap(({ run }) => listIn(this.members.get(run)!.run) as unknown[]);
    return { ...event, given: { ...event.given, $page: { ...page, items } } };
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
      const next = { ...one, stage: one.stage!, attempt, known: one.known, at, timeoutMs: 1, expires: 1, links: [] };
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

const SLACK = 1_000;

/** What is wrong with how it went, in words; nothing when all is well. */
export function violations({ members, sent, strays, root }: Family): string[] {
  const wrong = strays.map((stray) => `there is no such run: ${stray}`);
  const seen = new Set<string>();
  for (const one of sent) {
    if (seen.has(one)) wrong.push(`sent twice: ${one}`);
    seen.add(one);
  }
  const { run: top } = members.get(root)!;
  for (const { run, facts, plan } of members.values()) {
    const again = evolve(undefined, run.id, facts);
    if (textOf(again) !== textOf(run)) wrong.push(`${run.id}: the facts do not give the run`);
    // What nobody waits for any more is undone in its own time, and may be parked in that.
    const isApart = run.undoing !== undefined && run.status === 'dead-lettered';
    if (isOver(top.status) && !isOver(run.status) && !isApart) wrong.push(`${run.id} is left behind: ${run.status}`);
    if (['running', 'waiting', 'compensating'].includes(run.status)) wrong.push(`${run.id} is stuck: ${run.status}`);
    wrong.push(...wrongUndoing(run, { facts, plan, members, root }));
    if (run.parent && run.status === 'dead-lettered' && top.status !== 'dead-lettered' && !isApart)
      wrong.push(`${run.id} is parked, and the run it belongs to is ${top.status}`);
    for (const [step, { status }] of run.steps) {
      const isOpen = ['running', 'retrying', 'waiting'].includes(status);
      if (isOpen && run.status === 'completed') wrong.push(`the run ended without ${step}`);
    }
    for (const step of plan.order) wrong.push(...wrongList(run, plan, step));
    wrong.push(...wrongHolders(facts), ...wrongTimes(run, facts, plan));
  }
  return wrong;
}

const textOf = (run: Run): string =>
  JSON.stringify([run.status, [...run.steps], [...run.fans], run.known, run.output ?? null, run.done, run.undoing]);

/** A map's list has an entry for each item, in their order, or leaves out those that failed. */
function wrongList(run: Run, plan: LoadedPlan, step: string): string[] {
  const definition = plan.step(step);
  const list = run.known[step];
  if (definition.kind !== 'map' || stepOf(run, step).status !== 'completed' || !Array.isArray(list)) return [];
  if (definition.work.kind !== 'stage' || list.length === 0) return [];
  const { onItemFailure } = definition;
  const from = (run.known['$page'] as { from: number } | undefined)?.from ?? 0;
  const indices = list.map((one: { saw?: { index: number }; output?: { saw: { index: number } } }, i) =>
    onItemFailure === 'collect' ? (one.output?.saw.index ?? from + i) : one.saw!.index,
  );
  const isOrdered = indices.every((index, i) => i === 0 || index > indices[i - 1]!);
  const isWhole = indices.every((index, i) => index === from + i);
  const mayLack = onItemFailure === 'skip' || typeof onItemFailure === 'object';
  return isOrdered && (mayLack || isWhole) ? [] : [`${step} gives ${indices.join(',')}`];
}

/** Who answered a review is who had claimed it last, where anybody had. */
function wrongHolders(facts: readonly Fact[]): string[] {
  const claims = new Map<string, string>();
  return facts.flatMap((fact) => {
    if (fact.type === 'step.claimed') {
      const before = claims.get(fact.step);
      claims.set(fact.step, fact.by);
      return before === undefined ? [] : [`${fact.step} was claimed from ${before} by ${fact.by}`];
    }
    const claimedBy = 'step' in fact ? claims.get(fact.step ?? '') : undefined;
    if (fact.type === 'step.unclaimed' || fact.type === 'step.escalated' || fact.type === 'step.waiting')
      claims.delete(fact.step);
    if (fact.type !== 'step.answered' || claimedBy === undefined || fact.by === claimedBy) return [];
    return [`${fact.by} answered ${fact.step}, which ${claimedBy} had claimed`];
  });
}

/** Nothing but its end happens to a run after its deadline, and to no step that has one is anything asked after it. */
function wrongTimes(run: Run, facts: readonly Fact[], plan: LoadedPlan): string[] {
  const { deadlineMs } = plan.plan;
  const end = deadlineMs === undefined ? Infinity : run.begunAt + deadlineMs;
  // An event that was there before the timer may come to be decided a little later.
  const undoing = facts.findIndex(({ type }) => type === 'run.compensating');
  const late = facts
    .slice(0, undoing < 0 ? facts.length : undoing)
    .find((fact) => fact.at > end + SLACK && fact.type !== 'run.failed');
  const begun = new Map<string, number>();
  const asked = facts.flatMap((fact) => {
    if (fact.type === 'step.redriven') begun.delete(fact.step);
    if (fact.type !== 'step.requested') return [];
    const since = begun.get(fact.step) ?? fact.at;
    begun.set(fact.step, since);
    return fact.at >= since + (plan.step(fact.step).deadlineMs ?? Infinity)
      ? [`${fact.step} was asked for after its deadline`]
      : [];
  });
  return late ? [...asked, `after its deadline: ${late.type}`] : asked;
}
