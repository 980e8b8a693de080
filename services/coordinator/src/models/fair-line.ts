import { type MeteredCall, type ModelQuota, type Priority, PRIORITY_SHARES } from '@millrace/contracts';

export interface Waiting {
  readonly call: MeteredCall;
  readonly process: string;
  readonly since: number;
}

/** Waits in line. `used` grows with what it gets, by the inverse of its weight: the least is next. */
interface Branch {
  used: number;
  readonly branches: Map<string, Branch>;
  readonly waiting: Waiting[];
}

const branch = (used: number): Branch => ({ used, branches: new Map(), waiting: [] });

/**
 * Orders the calls that wait for a model: by priority, within it by tenant, within that by pipeline, each as its weight says, and
 * then in the order of arrival. Weights count what calls use, not their number.
 */
export class FairLine {
  private readonly root = branch(0);
  private readonly byId = new Map<string, Waiting>();
  private weights: ModelQuota['weights'];

  get size(): number {
    return this.byId.size;
  }

  weigh(weights: ModelQuota['weights']): void {
    this.weights = weights;
  }

  get(id: string): Waiting | undefined {
    return this.byId.get(id);
  }

  *[Symbol.iterator](): Iterator<Waiting> {
    yield* this.byId.values();
  }

  /** Adds a call. One that waits already keeps its turn, and belongs to the process that asked last. */
  add(waiting: Waiting): void {
    const before = this.byId.get(waiting.call.id);
    const item = before ? { ...waiting, since: before.since } : waiting;
    if (before) this.remove(waiting.call.id);
    this.byId.set(waiting.call.id, item);
    let at = this.root;
    for (const name of pathOf(waiting.call)) at = enter(at, name);
    const after = at.waiting.findIndex(({ since }) => since > item.since);
    at.waiting.splice(after < 0 ? at.waiting.length : after, 0, item);
  }

  remove(id: string): Waiting | undefined {
    const found = this.byId.get(id);
    if (!found) return undefined;
    this.byId.delete(id);
    removeFrom(this.root, pathOf(found.call), found);
    return found;
  }

  /** Takes a call out of the line whose turn it is, and counts its use. */
  take(id: string, use: number): Waiting | undefined {
    const found = this.byId.get(id);
    if (!found) return undefined;
    let at: Branch | undefined = this.root;
    for (const [depth, name] of pathOf(found.call).entries()) {
      at = at?.branches.get(name);
      if (at) at.used += use / this.weightOf(depth, name);
    }
    return this.remove(id);
  }

  /** The first of each line, in the order in which it is their turn. */
  *firsts(): Iterable<Waiting> {
    yield* firstsOf(this.root);
  }

  private weightOf(depth: number, name: string): number {
    if (depth === 0) return PRIORITY_SHARES[name as Priority];
    const weights = depth === 1 ? this.weights?.tenants : this.weights?.pipelines;
    return (weights && Object.hasOwn(weights, name) && weights[name]) || 1;
  }
}

const pathOf = ({ priority = 'normal', tenant = '', pipeline = '' }: MeteredCall): readonly string[] => [
  priority,
  tenant,
  pipeline,
];

/** Removes a call, and the branches that nobody waits in any more. */
function removeFrom(at: Branch, [name, ...further]: readonly string[], item: Waiting): void {
  if (name === undefined) {
    const index = at.waiting.indexOf(item);
    if (index >= 0) at.waiting.splice(index, 1);
    return;
  }
  const next = at.branches.get(name);
  if (!next) return;
  removeFrom(next, further, item);
  if (next.branches.size === 0 && next.waiting.length === 0) at.branches.delete(name);
}

/** Returns the branch of a name. One that comes back after a while gets no turns for the time that it was away. */
function enter(at: Branch, name: string): Branch {
  const known = at.branches.get(name);
  if (known) return known;
  let least = Infinity;
  for (const { used } of at.branches.values()) least = Math.min(least, used);
  const made = branch(least === Infinity ? 0 : least);
  at.branches.set(name, made);
  return made;
}

function* firstsOf({ branches, waiting }: Branch): Iterable<Waiting> {
  if (waiting[0]) yield waiting[0];
  if (branches.size === 0) return;
  const order = branches.size === 1 ? branches.values() : [...branches.values()].sort((a, b) => a.used - b.used);
  for (const next of order) yield* firstsOf(next);
}
