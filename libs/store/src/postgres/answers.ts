import type { Query } from '../database.js';

/** `answers` is emptied when it takes more room than this. */
const MOST_BYTES = 16 * 1024 * 1024;
/** PostgreSQL is asked for the table's size after so much was written, or so many answers. */
const LOOK_BYTES = 4 * 1024 * 1024;
const LOOK_ANSWERS = 1_000;
/** Commits wait behind the lock, so it is given up soon. A backup that has locked the table has it for minutes. */
const LOCK_MS = 100;

/**
 * Keeps the answers that may still be published, the newest of each partition, and drops the rest with their files. No commit is under
 * way while the lock is held, so `positions` and `answers` fit together. Sessions that began before see an empty table; only owners of partitions read it.
 */
const EMPTY = `do $$
declare
  kept answers[];
begin
  if pg_total_relation_size('answers') <= ${MOST_BYTES} then
    return;
  end if;
  perform set_config('lock_timeout', '${LOCK_MS}ms', true);
  lock table answers in access exclusive mode;
  select array_agg(a) into kept from answers a join positions p using (topic, partition, next);
  truncate answers;
  insert into answers select (unnest(kept)).*;
end $$`;

/** Bounds the room that `answers` takes, whatever keeps PostgreSQL from vacuuming: a transaction that stays open, a replica, a slot. */
export class AnswersRoom {
  private bytes = 0;
  private count = 0;
  private emptying: Promise<void> | undefined;

  constructor(private readonly query: Query) {}

  /** Counts an answer that was written. Looks after the room now and then, beside the commits. */
  wrote(answer: Uint8Array): void {
    this.bytes += answer.byteLength;
    this.count++;
    if (this.emptying || (this.bytes < LOOK_BYTES && this.count < LOOK_ANSWERS)) return;
    this.bytes = 0;
    this.count = 0;
    // What fails, because of the lock's time-out or the database being away, is tried again after as much more.
    this.emptying = this.query(EMPTY, []).then(
      () => void (this.emptying = undefined),
      () => void (this.emptying = undefined),
    );
  }

  async close(): Promise<void> {
    await this.emptying;
  }
}
