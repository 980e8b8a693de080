import type { Batch } from '../database.js';
import type { Connection } from './connection.js';

const OWN = `
insert into positions (topic, partition, next) values (?1, ?2, ?4)
on conflict (topic, partition) do update set next = excluded.next,
  began = case when excluded.next > positions.next then positions.next else positions.began end
where positions.next = ?3 returning 1`;
const FORGET_ANSWER = 'delete from answers where topic = ? and partition = ?';
const ANSWER = 'insert into answers (topic, partition, next, answer) values (?, ?, ?, ?)';
const FACTS = 'insert into facts (run_no, seq, facts) values ((select no from runs where id = ?), ?, ?)';
const CHANGED = `
update runs set plan = ?, status = ?, ended_at = ?, wake_at = ?, degraded = ?, title = ?, state = ?, failure_code = ?
where id = ?`;
const MADE = `
insert into runs (id, pipeline, plan, status, accepted_at, ended_at, wake_at, parent, degraded, title, state, failure_code)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`;

/** Writes a batch within a transaction. Returns false, and has written nothing, where the partition does not stand at `expected`. */
export function writeBatch(connection: Connection, batch: Batch): boolean {
  const { topic, partition, expected, next, answer, changes } = batch;
  const write = (text: string, ...values: readonly unknown[]) => connection.run(text, values, { named: false });
  if (connection.run(OWN, [topic, partition, expected, next]).length === 0) return false;
  write(FORGET_ANSWER, topic, partition);
  write(ANSWER, topic, partition, next, answer);
  for (const { summary, created, row, fromSeq, facts, wakeAt } of changes) {
    const { id, pipeline, plan, status, acceptedAt, endedAt, parent, degraded = false } = summary;
    const shown = [summary.title, summary.state, summary.failureCode];
    if (created) write(MADE, id, pipeline, plan, status, acceptedAt, endedAt, wakeAt, parent, degraded, ...shown);
    else if (row) write(CHANGED, plan, status, endedAt, wakeAt, degraded, ...shown, id);
    if (facts.length > 0) write(FACTS, id, fromSeq, JSON.stringify(facts));
  }
  return true;
}
