import { present } from '@millrace/contracts';
import type { Query } from './database.js';

/** A batch of a partition, and where the partition stands after it. */
export interface TakenBatch {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** Takes those records of a batch that were not taken before, and moves the partition on, in the transaction of `query`. Batches of a partition take turns. */
export async function takeOnce<Record extends { readonly offset: number }>(
  query: Query,
  { topic, partition, next }: TakenBatch,
  options: { readonly records: readonly Record[]; readonly take: (fresh: readonly Record[]) => Promise<void> },
): Promise<void> {
  const [position] = await query<{ next: string }>(
    `insert into positions (topic, partition, next) values ($1, cast($2 as int), 0)
     on conflict (topic, partition) do update set next = positions.next returning cast(next as text) as next`,
    [topic, partition],
  );
  const done = Number(present(position, 'position of the partition').next);
  await options.take(options.records.filter(({ offset }) => offset >= done));
  await query(
    ({ larger }) =>
      `update positions set next = ${larger('next', 'cast($3 as bigint)')} where topic = $1 and partition = cast($2 as int)`,
    [topic, partition, next],
  );
}
