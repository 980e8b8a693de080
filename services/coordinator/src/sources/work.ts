import { derivedId, type RunEvent } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { acceptChild, acceptReplay, decide, type Decision, evolve, fitsReplay, type MoveTarget } from '@millrace/saga';
import type { CoordinatorContext } from '../context.js';
import type { Cached } from './run-cache.js';

/** A run while a batch is applied to it. */
export interface Work {
  /** The run as the batch found it; undefined where it began with the batch. */
  readonly before: Cached | undefined;
  /** Another one once the run was moved. */
  plan: LoadedPlan;
  decision: Decision;
  woken: boolean;
}

type Works = Map<string, Work>;
type RunRequest = RunEvent & { type: 'run.requested' };

/** A batch of events as it is looked for the runs they are about. */
interface Search {
  readonly partition: number;
  readonly events: readonly RunEvent[];
  readonly at: number;
}

/** Finds the runs that events are about, in memory or in the store, and begins those that are asked for. */
export class WorkFinder {
  constructor(private readonly context: CoordinatorContext) {}

  async find(search: Search): Promise<ReadonlyMap<string, Work>> {
    const works: Works = new Map();
    const missing = new Set<string>();
    for (const { run } of search.events) {
      if (works.has(run)) continue;
      const cached = this.context.cache.get(search.partition, run);
      if (cached) await this.goOn(works, cached);
      else missing.add(run);
    }
    if (missing.size === 0) return works;
    // The timer in the row is not read; taking it for absent writes the row once more at worst.
    for (const [id, facts] of await this.context.store.writer.load([...missing]))
      await this.goOn(works, { run: evolve(undefined, id, facts), wakeAt: undefined });
    await this.beginReplays(works, search);
    await this.beginChildren(works, search);
    return works;
  }

  /** Returns the plans that runs are to be moved to, as far as they exist. */
  async targetsOf(events: readonly RunEvent[]): Promise<ReadonlyMap<string, MoveTarget>> {
    const hashes = new Set(events.flatMap((event) => (event.type === 'run.move-requested' ? [event.to] : [])));
    const targets = new Map<string, MoveTarget>();
    for (const hash of hashes) {
      const target = await this.context.plans.target(hash);
      if (target) targets.set(hash, target);
    }
    return targets;
  }

  private async goOn(works: Works, before: Cached): Promise<void> {
    const plan = await this.context.plans.get(before.run.plan);
    const decision = { run: before.run, facts: [], requests: [], events: [] };
    works.set(before.run.id, { before, plan, decision, woken: false });
  }

  private async beginReplays(works: Works, { events, at }: Search): Promise<void> {
    const { plans, contracts, maxItems, contents } = this.context;
    for (const event of events) {
      if (event.type !== 'run.replay-requested' || works.has(event.run)) continue;
      const plan = await plans.find(event.plan);
      if (!plan || !fitsReplay(event, plan)) continue;
      const decision = await contents.reading(() => acceptReplay(event, { plan, at, maxItems, contracts }));
      works.set(event.run, { before: undefined, plan, decision, woken: false });
    }
  }

  private async beginChildren(works: Works, { events, at }: Search): Promise<void> {
    const requested = events.filter((event) => event.type === 'run.requested').filter(isOwnChild);
    if (requested.length === 0) return;
    const { plans, contracts, maxItems, contents } = this.context;
    const parents = await this.parentsOf(requested);
    for (const event of requested) {
      const plan = !works.has(event.run) && parents.has(event.parent.run) && (await plans.find(event.plan));
      if (!plan) continue;
      const decision = await contents.reading(() => acceptChild(event, { plan, at, maxItems, contracts }));
      works.set(event.run, { before: undefined, plan, decision, woken: false });
    }
  }

  /** Returns those parents that exist: a child of any other was asked for by nobody. */
  private async parentsOf(requested: readonly RunRequest[]): Promise<ReadonlySet<string>> {
    const asked = requested.map(({ parent }) => parent.run);
    // A batch that is decided again may ask for a child before its parent's partition has been read so far.
    return this.context.recovering ? new Set(asked) : this.context.store.writer.known(asked);
  }
}

/** A child run's id follows from its parent's: any other was made up. */
const isOwnChild = ({ run, parent }: RunRequest): boolean =>
  run === derivedId('run', parent.run, parent.step, String(parent.attempt));

/** Decides what follows from an event, after all that the batch has already done to the run. */
export function applyTo(
  work: Work,
  event: RunEvent,
  scene: Pick<CoordinatorContext, 'stages' | 'contracts' | 'maxItems'> & {
    at: number;
    target: MoveTarget | undefined;
    waits: boolean;
  },
): void {
  const { facts, requests, events } = work.decision;
  const next = decide(work.decision.run, event, { ...scene, plan: work.plan });
  const { target } = scene;
  if (target && next.run.plan === target.plan.hash) work.plan = target.plan;
  work.decision = {
    run: next.run,
    facts: [...facts, ...next.facts],
    requests: [...requests, ...next.requests],
    events: [...events, ...next.events],
  };
  work.woken ||= event.type === 'run.woken';
}
