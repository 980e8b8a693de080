import type { Broker, PartitionLag } from '@millrace/broker';
import type { PartitionStanding, RecoveredPartition } from '@millrace/contracts';
import type { Runtime } from '../runtime.js';

/** The store is older than what the broker was told, or the broker has forgotten what it was told: deciding on would lose or repeat work. */
export class StoreBehind extends Error {
  override readonly name = 'StoreBehind';
  readonly code = 'STORE_BEHIND';
}

interface Position {
  readonly next: number;
  /** The offset at which the last batch began. */
  readonly began: number;
}

/** The position of a partition in a store. */
interface Stored extends Position {
  readonly topic: string;
  readonly partition: number;
}

interface Compared {
  /** The store's position; undefined where it has never heard of the partition. */
  readonly store: Position | undefined;
  readonly committed: number | null;
  readonly end: number;
}

/**
 * Compares the store with the group. The store is written before an offset is committed, so it is never behind in normal
 * life; and the group never stands before the store's last batch, unless its offsets were reset or lost.
 */
export function standingOf({ store, committed, end }: Compared): PartitionStanding {
  // The topic is a new one under the old name.
  if (store && store.next > end) return 'even';
  if ((committed ?? 0) > (store?.next ?? 0)) return 'behind';
  if (!store) return 'even';
  // Before its first batch was committed a group has no offset; 0 says that somebody has set it.
  const isSetToStart = committed === 0 && store.next > 0;
  return isSetToStart || (committed ?? 0) < store.began ? 'reset' : 'even';
}

/** Tells whether the store lacks nothing although it is behind: between it and the group stand no records, only the ends of transactions. */
async function isGap(
  broker: Pick<Broker, 'browse'>,
  at: { topic: string; partition: number; start: number; next: number; committed: number },
): Promise<boolean> {
  const { topic, partition, start, next, committed } = at;
  // What retention has removed may have been anything.
  if (start > next) return false;
  const [first] = await broker.browse({ topic, partition, offset: next, limit: 1 });
  return first === undefined || first.offset >= committed;
}

const REMEDY = '`millrace recover` says what is missing, `millrace recover --apply` brings the store up to its topics';

/** Says why nothing may be decided; undefined where the store lacks nothing. */
export function standingReason(partitions: readonly RecoveredPartition[]): string | undefined {
  const differing = partitions.filter(({ standing }) => standing !== 'even');
  const [first] = differing;
  if (!first) return undefined;
  const { topic, partition, standing, store, group } = first;
  const more = differing.length > 1 ? `, and ${differing.length - 1} more` : '';
  const place = `partition ${partition} of ${topic}: store ${store ?? 'none'}, group ${group ?? 'none'}${more}`;
  return standing === 'reset'
    ? `the offsets of the group were reset or lost (${place}): ${REMEDY}`
    : `the database is older than what Kafka was told (${place}): ${REMEDY}`;
}

/** A topic that the coordinator decides about, and its group. */
export interface Decided {
  readonly topic: string;
  readonly group: string;
}

export const decidedTopics = ({ topics, groups }: Pick<Runtime, 'topics' | 'groups'>): readonly [Decided, Decided] => [
  { topic: topics.intake, group: groups.intake },
  { topic: topics.runs, group: groups.runs },
];

/** Compares all partitions. May run while others decide: what moves meanwhile is not taken for a difference. */
export async function comparePartitions(
  {
    broker,
    store,
  }: {
    broker: Pick<Broker, 'browse' | 'lag'>;
    store: { standings(topics: readonly string[]): Promise<readonly Stored[]> };
  },
  decided: readonly Decided[],
): Promise<readonly RecoveredPartition[]> {
  const names = decided.map(({ topic }) => topic);
  const read = async () => {
    const rows = await store.standings(names);
    return new Map(rows.map((row) => [`${row.topic}/${row.partition}`, row]));
  };
  // A group is never behind what the store was before, and the store never behind what the group was before.
  const before = await read();
  const lags = await Promise.all(decided.map(({ topic, group }) => broker.lag(group, topic)));
  const after = await read();
  const partitions = await Promise.all(
    lags.flat().map(async (lag) => {
      const key = `${lag.topic}/${lag.partition}`;
      return { lag, found: await comparePartition(broker, lag, { before: before.get(key), after: after.get(key) }) };
    }),
  );
  const reset = new Set(partitions.flatMap(({ found: { topic, standing } }) => (standing === 'reset' ? [topic] : [])));
  const isReset = ({ topic, store }: RecoveredPartition) => reset.has(topic) || (store === null && reset.size > 0);
  return partitions.map(({ lag, found }) => (isReset(found) ? resetToo(found, lag) : found));
}

/**
 * Marks a partition as reset where others were and its offsets alone do not show it: the store is ahead by a batch, or has never heard of the
 * partition, whose first records came after the backup.
 */
function resetToo(found: RecoveredPartition, { start, end }: PartitionLag): RecoveredPartition {
  const { standing, store, group, from } = found;
  if (standing !== 'even' || (group ?? 0) >= (store ?? end) || (store ?? 0) > end) return found;
  return { ...found, standing: 'reset', until: end, gone: Math.max(0, Math.min(start, end) - from) };
}

/** Compares one partition. `before` and `after`: the store's position, read before and after the group's. */
export async function comparePartition(
  broker: Pick<Broker, 'browse'>,
  {
    topic,
    partition,
    start,
    committed,
    end,
  }: Pick<PartitionLag, 'topic' | 'partition' | 'start' | 'committed' | 'end'>,
  store: { before: Position | undefined; after: Position | undefined },
): Promise<RecoveredPartition> {
  const next = store.after?.next;
  const known = store.after && { next: store.after.next, began: store.before?.began ?? 0 };
  let standing = standingOf({ store: known, committed, end });
  if (
    standing === 'behind' &&
    committed !== null &&
    (await isGap(broker, { topic, partition, start, next: next ?? 0, committed }))
  )
    standing = 'even';
  const from = next ?? 0;
  const until = { even: from, behind: committed ?? 0, reset: end }[standing];
  const gone = Math.max(0, Math.min(start, until) - from);
  return { topic, partition, standing, store: next ?? null, group: committed, start, from, until, gone };
}
