/** A partition that a member holds: it reads the partition, or finishes what it has in hand of it. */
export interface Claim {
  readonly partition: number;
  /** Records that are being handled. */
  readonly inHand: number;
  /** The member takes nothing more of the partition, and gives it up when what is in hand has ended. */
  readonly releasing: boolean;
}

export interface GroupMember {
  readonly id: string;
  readonly claims: readonly Claim[];
  /** The member ends, and is given nothing. */
  readonly leaving: boolean;
}

/**
 * Returns each member's partitions for the group's next generation. Members keep what they hold as far as the balance
 * allows. A partition that has to move is given to nobody while somebody holds it: its holder sees that it is no longer
 * assigned, finishes what it has in hand, and joins again without it; the generation after that gives it away.
 */
export function assignPartitions(
  partitions: readonly number[],
  members: readonly GroupMember[],
): ReadonlyMap<string, readonly number[]> {
  const holders = holdersOf(members);
  const assigned = new Map<string, readonly number[]>(members.map(({ id }) => [id, []]));
  const existing = new Set(partitions);
  const staying = members
    .filter(({ leaving }) => !leaving)
    .map(({ id, claims }) => ({
      id,
      assigned: [] as number[],
      room: 0,
      kept: claims.filter(({ partition }) => existing.has(partition) && holders.get(partition)?.size === 1),
    }))
    // Those that hold most are given the remainder: fewest partitions move.
    .sort((a, b) => b.kept.length - a.kept.length || compare(a.id, b.id));
  if (staying.length === 0) return assigned;
  const share = Math.floor(existing.size / staying.length);
  const remainder = existing.size % staying.length;
  for (const [i, member] of staying.entries()) {
    const quota = share + (i < remainder ? 1 : 0);
    const kept = [...member.kept].sort(worthKeeping).slice(0, quota);
    member.assigned.push(...kept.map(({ partition }) => partition));
    member.room = quota - kept.length;
    assigned.set(member.id, member.assigned);
  }
  const free = [...existing].filter((partition) => !holders.has(partition)).sort((a, b) => a - b);
  for (const partition of free) {
    const next = staying.reduce((most, member) => (member.room > most.room ? member : most));
    next.room--;
    next.assigned.push(partition);
  }
  return assigned;
}

function holdersOf(members: readonly GroupMember[]): ReadonlyMap<number, ReadonlySet<string>> {
  const holders = new Map<number, Set<string>>();
  for (const { id, claims } of members) {
    for (const { partition } of claims) {
      const all = holders.get(partition);
      if (all) all.add(id);
      else holders.set(partition, new Set([id]));
    }
  }
  return holders;
}

/** Orders claims so that a hand-over that has begun goes on, and the partition with the least in hand moves first. */
function worthKeeping(a: Claim, b: Claim): number {
  return Number(a.releasing) - Number(b.releasing) || b.inHand - a.inHand || a.partition - b.partition;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
