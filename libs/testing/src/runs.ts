import { Fact, type RunEvent, type StepCommand } from '@millrace/contracts';
import { correlationOf, type LoadedPlan, planWithin } from '@millrace/pipeline/engine';
import {
  accept,
  acceptChild,
  commandOf,
  decide,
  type Decision,
  heardSignals,
  placed,
  placesOf,
  placeWanted,
  type Run,
  stepOf,
  wakeAtOf,
  withLists,
} from '@millrace/saga';
import { Places } from './slots.js';
import { Signals } from './signals.js';

/** A run as a coordinator holds it. */
interface Member {
  run: Run;
  readonly plan: LoadedPlan;
  readonly facts: Fact[];
  /** The number of facts when it was woken last, and the time for which. */
  woken?: { readonly seq: number; readonly at: number };
}

type Request = Parameters<typeof accept>[0];

/** Something for a stage, or for a run: as text, because it travels. */
export type Message =
  | { readonly to: 'stage'; readonly stage: string; readonly command: string }
  | { readonly to: 'run'; readonly event: string };

export const toStage = (stage: string, command: StepCommand): Message => ({
  to: 'stage',
  stage,
  command: JSON.stringify(command),
});
export const toRun = (event: RunEvent): Message => ({ to: 'run', event: JSON.stringify(event) });

/** The coordinator's part: the runs of one pipeline and their child runs, decided on in memory. */
export class TestRuns {
  readonly signals = new Signals();
  private readonly places = new Places();
  private readonly members = new Map<string, Member>();

  constructor(
    private readonly outermost: LoadedPlan,
    private readonly now: () => number,
  ) {}

  has(run: string): boolean {
    return this.members.has(run);
  }

  get(run: string): Run {
    return this.of(run).run;
  }

  planOf(run: string): LoadedPlan {
    return this.of(run).plan;
  }

  factsOf(run: string): readonly Fact[] {
    return this.members.get(run)?.facts ?? [];
  }

  /** Those that were asked for, in order; not their child runs. */
  get outermostRuns(): readonly string[] {
    return [...this.members.values()].flatMap(({ run }) => (run.parent ? [] : [run.id]));
  }

  /** Takes a run on, once: it begins, is held, or is cancelled where it is one too many. @returns what that asks for */
  accept(request: Request): Promise<readonly Message[]> {
    if (this.has(request.run)) return Promise.resolve([]);
    const plan = this.outermost;
    const decision = accept(request, plan);
    // One that is to begin later wants its place then.
    const wanted = decision.run.held ? undefined : placeWanted(decision.run, plan);
    const one = placed({ request, decision, plan }, wanted && this.places.want(wanted));
    return this.join(one.decision, plan);
  }

  private join(decision: Decision, plan: LoadedPlan): Promise<readonly Message[]> {
    const member: Member = { run: decision.run, plan, facts: [] };
    this.members.set(decision.run.id, member);
    return this.take(member, decision);
  }

  /** Applies an event to its run. @returns the messages that follow from it */
  hear(event: RunEvent): Promise<readonly Message[]> {
    const member = this.members.get(event.run);
    const at = this.now();
    if (member) return this.take(member, decide(member.run, event, { plan: member.plan, at }), event);
    if (event.type !== 'run.requested') return Promise.resolve([]);
    const plan = planWithin(this.outermost, event.plan);
    return this.join(acceptChild(event, { plan, at }), plan);
  }

  /** Returns the time of the next timer: a retry, the end of a wait or of a sleep. */
  due(): number | undefined {
    const times = [...this.members.values()].flatMap((member) => dueOf(member) ?? []);
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  }

  /** Tells those whose time has come. */
  wake(): readonly Message[] {
    const at = this.now();
    return [...this.members.values()].flatMap((member) => {
      const due = dueOf(member);
      if (due === undefined || due > at) return [];
      member.woken = { seq: member.run.seq, at: due };
      return toRun({ type: 'run.woken', run: member.run.id, at });
    });
  }

  private of(run: string): Member {
    const member = this.members.get(run);
    if (!member) throw new Error(`There is no run ${run}.`);
    return member;
  }

  private async take(member: Member, decision: Decision, event?: RunEvent): Promise<readonly Message[]> {
    member.run = decision.run;
    // As they come back from the store.
    member.facts.push(...decision.facts.map((fact) => Fact.parse(JSON.parse(JSON.stringify(fact)))));
    const load = (runs: readonly string[]) => Promise.resolve(new Map(runs.map((run) => [run, this.factsOf(run)])));
    const { requests, events } = await withLists(decision, { plan: member.plan, load });
    this.keep(member, decision, event);
    return [
      ...requests.map((request) => toStage(request.stage, commandOf(decision.run, request))),
      ...events.map(toRun),
      ...this.told(),
    ];
  }

  /** Keeps a decision's changes of concurrency slots and signals. */
  private keep({ plan }: Member, { run, facts }: Decision, event: RunEvent | undefined): void {
    const changes = placesOf([{ decision: { run, facts }, plan }], this.now());
    if (changes) this.places.keep(changes);
    const isWaiting = (step: string) => stepOf(run, step).status === 'waiting';
    const begun = facts.flatMap((fact) =>
      fact.type === 'step.waiting' && fact.from && isWaiting(fact.step)
        ? [{ run: run.id, step: fact.step, key: correlationOf(plan.step(fact.step), fact.from), since: fact.at }]
        : [],
    );
    this.signals.keep(run.id, { begun, isWaiting, ...heardSignals(event ? [event] : [], facts) });
  }

  /** Returns what runs hear because of others: that their turn has come, that they are in the way, that a signal is theirs. */
  told(): readonly Message[] {
    const at = this.now();
    const turns = this.places
      .told()
      .map(({ run, cancel }): RunEvent =>
        cancel === undefined
          ? { type: 'run.released', run, at }
          : { type: 'run.cancel-requested', run, at, by: 'millrace', reason: cancel },
      );
    return [...turns, ...this.signals.told(at)].map(toRun);
  }
}

/** One that was woken and did not move has nothing to do at that time. */
function dueOf({ run, plan, woken }: Member): number | undefined {
  const at = wakeAtOf(run, plan);
  return woken && woken.seq === run.seq && woken.at === at ? undefined : at;
}
