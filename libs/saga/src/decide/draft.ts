import { type AnnouncedContract, type Fact, isOver, type RunEvent } from '@millrace/contracts';
import type { LoadedPlan } from '@millrace/pipeline/engine';
import { cancelOf, toldToParent } from '../children/children.js';
import { MAX_MAP_ITEMS } from '../children/items.js';
import { evolve } from '../run/evolve.js';
import type { Run } from '../run/run.js';
import type { AttemptRequest } from './attempts.js';
import type { Decision } from './decision.js';

/** The most characters that a plan may make of what is known, in one decision: the steps of a short plan can double a value without end. */
export const MAX_MADE = 16 * 1024 * 1024;

/** The contracts that stages have announced, as far as they are known. */
export interface Contracts {
  get(stage: string): AnnouncedContract | undefined;
}

export interface DraftOptions {
  /** The time of the decision, in milliseconds since the epoch. */
  readonly at: number;
  /** The most items that a map may go over. */
  readonly maxItems?: number | undefined;
  /** The contracts of stages whose outputs are reused. */
  readonly contracts?: Contracts | undefined;
}

/** A decision while it is being made: where the run stands by now, the facts so far, and the requests that follow from them. */
export class DecisionDraft {
  readonly facts: Fact[] = [];
  readonly requests: AttemptRequest[] = [];
  readonly events: RunEvent[] = [];
  readonly at: number;
  readonly maxItems: number;
  readonly contracts: Contracts | undefined;
  /** Characters that the plan may still make in this decision. */
  room = MAX_MADE;
  #run: Run;

  constructor(
    private readonly before: Run,
    readonly plan: LoadedPlan,
    { at, maxItems = MAX_MAP_ITEMS, contracts }: DraftOptions,
  ) {
    this.#run = before;
    this.at = at;
    this.maxItems = maxItems;
    this.contracts = contracts;
  }

  get run(): Run {
    return this.#run;
  }

  /** True when nothing new is begun: the run is over, or what it did is being undone. */
  get isStopped(): boolean {
    return isOver(this.run.status) || this.run.undoing !== undefined;
  }

  add(...facts: Fact[]): void {
    if (facts.length === 0) return;
    this.facts.push(...facts);
    this.#run = evolve(this.#run, this.#run.id, facts);
  }

  /** Ends a child run whose result nobody waits for any more. */
  cancelChild(child: string, { compensate = true }: { readonly compensate?: boolean | undefined } = {}): void {
    this.events.push(cancelOf(this.run, child, { at: this.at, compensate }));
  }

  /** Returns the decision, with what the run's parent has to hear of it. */
  end(): Decision {
    const { run, facts, requests } = this;
    const told = toldToParent(this.before, run, { facts, at: this.at });
    return { run, facts, requests, events: [...this.events, ...told] };
  }
}
