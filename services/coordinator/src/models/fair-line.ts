import { type MeteredCall, type ModelQuota, type Priority, PRIORITY_SHARES } from '@millrace/contracts';

export interface Waiting {
  readonly call: MeteredCall;
  readonly process: string;
  readonly since: number;
}

/** A call that waits while no process holds it: its step has left its stage, and comes back when its turn is near. */
export interface Away extends Waiting {
  readonly leftAt: number;
  recalls: number;
  recalledAt: number;
}

/** Waits in line. `used` grows with what it gets, by the inverse of its weight: the least is next. */
interface Branch {
  used: number;
  readonly branches: Map<string, Branch>;
  readonly waiting: Waiting[];
  readonly away: Away[];
}

const branch = (used: number): Branch => ({ used, branches: new Map(), waiting: [], away: [] });

/** The most calls of a line that keep their turn while they are away. Others come back by themselves, and ask anew. */
const MOST_AWAY = 50_000;

/**
 * Orders the calls that wait for a model: by priority, within it by tenant, within that by pipeline, each as its weight says, and
 * then in the order of arrival. Weights count what calls use, not their number.
 */
export class FairLine {
  private readonly root = branch(0);
  private readonly byId = new Map<string, Waiting>();
  private readonly awayById = new Map<string, Away>();
  private weights: ModelQuota['weights'];

  /** The number of calls that wait, with those that are away. */
  get size(): number {
    return this.byId.size + this.awayById.size;
  }

  get away(): number {
    return this.awayById.size;
  }

  isAway(id: string): boolean {
    return this.awayById.has(id);
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
    const { id } = waiting.call;
    const before = this.byId.get(id) ?? this.awayById.get(id);
    const item = before ? { ...waiting, since: before.since } : waiting;
    insert(this.enter(waiting.call).waiting, item);
    this.remove(id);
    this.forget(id);
    this.byId.set(id, item);
  }

  /** Lets a call wait while no process holds it. It keeps its turn; returns undefined where too many do. */
  leave({ call, process, since: asked }: Waiting, now: number): Away | undefined {
    const since = this.byId.get(call.id)?.since ?? asked;
    const item: Away = { call, process, since, leftAt: now, recalls: 0, recalledAt: -Infinity };
    const isKept = this.awayById.size < MOST_AWAY;
    if (isKept) insert(this.enter(call).away, item);
    this.remove(call.id);
    this.forget(call.id);
    if (!isKept) return undefined;
    this.awayById.set(call.id, item);
    return item;
  }

  /** A call that is away is not waited for any more. */
  forget(id: string): void {
    const found = this.awayById.get(id);
    if (!found) return;
    this.awayById.delete(id);
    removeFrom(this.root, pathOf(found.call), { item: found, from: 'away' });
  }

  /**
   * Returns how many calls are likely to go before a call that waits: those of its own tenant and pipeline that came before it, and meanwhile
   * the shares of the others.
   */
  aheadOf({ call, since }: Waiting): number {
    let share = 1;
    let at: Branch | undefined = this.root;
    for (const [depth, name] of pathOf(call).entries()) {
      share *= this.shareOf(at, depth, name);
      at = at.branches.get(name);
      if (!at) return 0;
    }
    const own = placeOf(at.waiting, since) + placeOf(at.away, since);
    return Math.min(this.size, own / share) - 1;
  }

  /** The calls that are away, by tenant and pipeline, with the number of those that are here, and the share of turns that both get. */
  *branchesAway(): Iterable<{ readonly away: readonly Away[]; readonly waiting: number; readonly share: number }> {
    yield* this.awayIn(this.root, 0, 1);
  }

  private *awayIn(
    at: Branch,
    depth: number,
    share: number,
  ): Iterable<{ readonly away: readonly Away[]; readonly waiting: number; readonly share: number }> {
    if (at.away.length > 0) yield { away: [...at.away], waiting: at.waiting.length, share };
    for (const [name, next] of [...at.branches])
      yield* this.awayIn(next, depth + 1, share * this.shareOf(at, depth, name));
  }

  /** The share of turns that a branch gets while all wait. */
  private shareOf(at: Branch, depth: number, name: string): number {
    let sum = 0;
    for (const other of at.branches.keys()) sum += this.weightOf(depth, other);
    return this.weightOf(depth, name) / sum;
  }

  private enter(call: MeteredCall): Branch {
    let at = this.root;
    for (const name of pathOf(call)) at = enter(at, name);
    return at;
  }

  remove(id: string): Waiting | undefined {
    const found = this.byId.get(id);
    if (!found) return undefined;
    this.byId.delete(id);
    removeFrom(this.root, pathOf(found.call), { item: found, from: 'waiting' });
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

/** Returns the number of calls in a list that came no later. */
function placeOf(list: readonly Waiting[], since: number): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((list[middle]?.since ?? Infinity) <= since) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Adds a call to a list that is in the order of arrival. */
function insert<Item extends Waiting>(list: Item[], item: Item): void {
  list.splice(placeOf(list, item.since), 0, item);
}

interface Removed {
  readonly item: Waiting;
  readonly from: 'waiting' | 'away';
}

/** Removes a call, and the branches that nobody waits in any more. */
function removeFrom(at: Branch, [name, ...further]: readonly string[], removed: Removed): void {
  if (name === undefined) {
    const list: Waiting[] = at[removed.from];
    const index = list.indexOf(removed.item);
    if (index >= 0) list.splice(index, 1);
    return;
  }
  const next = at.branches.get(name);
  if (!next) return;
  removeFrom(next, further, removed);
  if (next.branches.size === 0 && next.waiting.length === 0 && next.away.length === 0) at.branches.delete(name);
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
