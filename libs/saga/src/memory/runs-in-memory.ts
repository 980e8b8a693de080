import { Fact, type RunEvent } from '@millrace/contracts';
import { type LoadedPlan, planWithin } from '@millrace/pipeline/engine';
import { withListsFrom } from '../children/long-lists.js';
import { accept, acceptChild, decide } from '../decide/decide.js';
import type { Decision } from '../decide/decision.js';
import type { Run } from '../run/run.js';

/** A run as a coordinator holds it. */
export interface MemoryRun {
  readonly run: Run;
  readonly plan: LoadedPlan;
  /** The history, as it comes back from a store. */
  readonly facts: readonly Fact[];
  /** The run is paused, as its facts have it. */
  readonly paused: boolean;
}

/** The rules by which runs are decided on; a test swaps one for a broken one. */
export interface RunRules {
  readonly accept: typeof accept;
  readonly acceptChild: typeof acceptChild;
  readonly decide: typeof decide;
}
export const RUN_RULES: RunRules = { accept, acceptChild, decide };

/** The consequences of one event for its run: new facts, attempts for stages, and events for other runs. */
export interface Followed extends Omit<Decision, 'run'> {
  readonly member: MemoryRun;
}

/**
 * Coordinates the runs of one pipeline and their child runs in memory, without I/O and without a clock: it applies one event at a time and returns what follows.
 * The order of events, the stages and the time belong to its caller: the test engine carries messages in the order sent, the simulations in a random one.
 */
export class RunsInMemory {
  private readonly kept = new Map<string, MemoryRun & { readonly facts: Fact[] }>();
  /** By id, in the order in which they began. */
  readonly members: ReadonlyMap<string, MemoryRun> = this.kept;

  constructor(
    private readonly outermost: LoadedPlan,
    private readonly rules: RunRules = RUN_RULES,
  ) {}

  get(run: string): MemoryRun {
    const member = this.members.get(run);
    if (!member) throw new Error(`There is no run ${run}.`);
    return member;
  }

  begin(request: Parameters<typeof accept>[0]): Followed {
    return this.join(this.rules.accept(request, this.outermost), this.outermost);
  }

  /** Keeps a run that was decided on elsewhere. */
  join(decision: Decision, plan: LoadedPlan): Followed {
    return this.keep(decision, { plan, facts: [] });
  }

  /** Applies an event to its run, which may begin with it; returns undefined where there is no such run. */
  hear(event: RunEvent, at: number): Followed | undefined {
    const member = this.kept.get(event.run);
    if (member) return this.keep(this.rules.decide(member.run, event, { plan: member.plan, at }), member);
    if (event.type !== 'run.requested') return undefined;
    const plan = planWithin(this.outermost, event.plan);
    return this.join(this.rules.acceptChild(event, { plan, at }), plan);
  }

  private keep(decision: Decision, before: { plan: LoadedPlan; facts: Fact[]; paused?: boolean }): Followed {
    const { run } = decision;
    const { plan, facts, paused = false } = before;
    facts.push(...decision.facts.map((fact) => Fact.parse(JSON.parse(JSON.stringify(fact)))));
    const last = decision.facts.findLast(({ type }) => type === 'run.paused' || type === 'run.resumed');
    const member = { run, plan, facts, paused: last ? last.type === 'run.paused' : paused };
    this.kept.set(run.id, member);
    const factsOf = (id: string): readonly Fact[] => this.members.get(id)?.facts ?? [];
    return { ...withListsFrom(decision, { plan, factsOf }), member };
  }
}
