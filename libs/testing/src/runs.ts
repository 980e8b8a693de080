import type { Fact, RunEvent, StepCommand } from '@millrace/contracts';
import { correlationOf, type LoadedPlan } from '@millrace/pipeline/engine';
import {
  accept,
  cacheChangesOf,
  commandOf,
  heardSignals,
  holdChangesOf,
  holdWanted,
  withHold,
  withSlot,
  slotChangesOf,
  slotWanted,
  type Run,
  stepOf,
  wakeAtOf,
} from '@millrace/saga';
import { type Followed, HoldsInMemory, type MemoryRun, OutputsInMemory, RunsInMemory } from '@millrace/saga/memory';
import { Slots } from './slots.js';
import { Signals } from './signals.js';

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

/** An event, and the run as it was before. */
interface Heard {
  readonly event: RunEvent;
  readonly run: Run;
}

/** The coordinator's part: the runs of one pipeline and their child runs, with their timers, concurrency slots, lines of hold keys and signals. */
export class TestRuns {
  readonly signals = new Signals();
  private readonly slots = new Slots();
  private readonly holds = new HoldsInMemory();
  private readonly outputs = new OutputsInMemory();
  private readonly runs: RunsInMemory;
  /** For each run the number of facts when it was woken last, and the time for which. */
  private readonly woken = new Map<string, { readonly seq: number; readonly at: number }>();

  constructor(
    private readonly outermost: LoadedPlan,
    private readonly now: () => number,
  ) {
    this.runs = new RunsInMemory(outermost);
  }

  get(run: string): Run {
    return this.runs.get(run).run;
  }

  planOf(run: string): LoadedPlan {
    return this.runs.get(run).plan;
  }

  factsOf(run: string): readonly Fact[] {
    return this.runs.members.get(run)?.facts ?? [];
  }

  /** Those that were asked for, in order; not their child runs. */
  get outermostRuns(): readonly string[] {
    return [...this.runs.members.values()].flatMap(({ run }) => (run.parent ? [] : [run.id]));
  }

  /** Takes a run on, once: it begins, is held, or is cancelled where it is one too many. @returns what that asks for */
  accept(request: Request): readonly Message[] {
    if (this.runs.members.has(request.run)) return [];
    const plan = this.outermost;
    const decision = accept(request, plan);
    // One that is to begin later wants its slot, and its place in line, then.
    const line = decision.run.held ? undefined : holdWanted(decision.run);
    const behind = line && this.holds.stand(line);
    const wanted = decision.run.held || behind !== undefined ? undefined : slotWanted(decision.run, plan);
    const one = withHold(withSlot({ request, decision, plan }, wanted && this.slots.want(wanted)), behind);
    return this.follow(this.runs.join(one.decision, plan), undefined);
  }

  /** Applies an event to its run. @returns the messages that follow from it */
  hear(event: RunEvent): readonly Message[] {
    const before = this.runs.members.get(event.run);
    const followed = this.runs.hear(event, this.now());
    return followed ? this.follow(followed, before && { event, run: before.run }) : [];
  }

  /** Returns the time of the next timer: a retry, the end of a wait or of a sleep. */
  due(): number | undefined {
    const times = [...this.runs.members.values()].flatMap((member) => this.dueOf(member) ?? []);
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  }

  /** Tells those whose time has come. */
  wake(): readonly Message[] {
    const at = this.now();
    return [...this.runs.members.values()].flatMap((member) => {
      const due = this.dueOf(member);
      if (due === undefined || due > at) return [];
      const { id, seq } = member.run;
      this.woken.set(id, { seq, at: due });
      return toRun({ type: 'run.woken', run: id, at });
    });
  }

  /** One that was woken and did not move has nothing to do at that time. */
  private dueOf({ run, plan }: MemoryRun): number | undefined {
    const at = wakeAtOf(run, plan);
    const woken = this.woken.get(run.id);
    return woken && woken.seq === run.seq && woken.at === at ? undefined : at;
  }

  private follow(followed: Followed, heard: Heard | undefined): readonly Message[] {
    const { member, requests, events } = followed;
    this.keep(followed, heard);
    return [
      ...requests.map((request) => toStage(request.stage, commandOf(member.run, request))),
      ...events.map(toRun),
      ...this.told(),
    ];
  }

  /** Keeps a decision's changes of concurrency slots, hold keys, signals and reused outputs. */
  private keep({ member: { run, plan }, facts }: Followed, heard: Heard | undefined): void {
    const changes = slotChangesOf([{ decision: { run, facts }, plan }], this.now());
    if (changes) this.slots.keep(changes);
    const held = holdChangesOf([{ decision: { run, facts } }], this.now());
    if (held) this.holds.keep(held);
    const cached = cacheChangesOf([{ before: heard?.run, run, facts, plan }], this.now());
    if (cached) this.outputs.keep(cached);
    const isWaiting = (step: string) => stepOf(run, step).status === 'waiting';
    const begun = facts.flatMap((fact) =>
      fact.type === 'step.waiting' && fact.from && isWaiting(fact.step)
        ? [{ run: run.id, step: fact.step, key: correlationOf(plan.step(fact.step), fact.from), since: fact.at }]
        : [],
    );
    this.signals.keep(run.id, { begun, isWaiting, ...heardSignals(heard ? [heard.event] : [], facts) });
  }

  /** Returns what runs hear because of others: that their turn has come, that they are in the way, that a signal is theirs, what the cache has. */
  told(): readonly Message[] {
    const at = this.now();
    const turns = this.slots
      .told()
      .map(({ run, cancel }): RunEvent =>
        cancel === undefined
          ? { type: 'run.released', run, at }
          : { type: 'run.cancel-requested', run, at, by: 'millrace', reason: cancel },
      );
    const goOn = this.holds.told().map((run): RunEvent => ({ type: 'run.released', run, at, hold: true }));
    const lookedUp = this.outputs
      .told()
      .map(({ hit, ...place }): RunEvent => ({ type: 'step.looked-up', ...place, at, ...(hit && { hit }) }));
    return [...turns, ...goOn, ...this.signals.told(at), ...lookedUp].map(toRun);
  }
}
