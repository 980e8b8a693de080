import type pg from 'pg';
import type { Batch } from '../database.js';
import { floats, ints, texts } from './arrays.js';

/** One statement, so that one round trip writes a batch or nothing of it. */
const COMMIT = `
with own as (
  insert into positions (topic, partition, next) values ($1::text, $2::int, $4::bigint)
  on conflict (topic, partition) do update set next = excluded.next, answer = '',
    began = case when excluded.next > positions.next then positions.next else positions.began end
  where positions.next = $3::bigint
  returning 1
), answered as (
  insert into answers (topic, partition, next, answer) select $1::text, $2::int, $4::bigint, $5::bytea from own
  on conflict (topic, partition, next) do update set answer = excluded.answer
), facts as (
  insert into history (run, seq, facts)
  select u.run, u.seq, u.facts::json from own, unnest($6::text[], $7::int[], $8::text[]) as u(run, seq, facts)
), changed as (
  update runs set plan = u.plan, status = u.status, ended_at = to_timestamp(u.ended), wake_at = to_timestamp(u.wake),
    degraded = u.degraded > 0, title = u.title, state = u.state, failure_code = u.code
  from own, unnest($9::text[], $10::text[], $11::float8[], $12::float8[], $21::int[], $23::text[], $24::text[], $25::text[],
    $29::text[]) as u(id, status, ended, wake, degraded, title, state, code, plan)
  where runs.id = u.id
), made as (
  insert into runs (id, pipeline, plan, status, accepted_at, ended_at, wake_at, parent, degraded, title, state, failure_code)
  select u.id, u.pipeline, u.plan, u.status, to_timestamp(u.accepted), to_timestamp(u.ended), to_timestamp(u.wake), u.parent,
    u.degraded > 0, u.title, u.state, u.code
  from own, unnest($13::text[], $14::text[], $15::text[], $16::text[], $17::float8[], $18::float8[], $19::float8[], $20::text[],
    $22::int[], $26::text[], $27::text[], $28::text[]) as u(id, pipeline, plan, status, accepted, ended, wake, parent, degraded, title, state, code)
  on conflict (id) do nothing
)
select count(*)::int as owners from own`;

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1000);

/** Returns the statement that writes a batch; `owners` of its row is 1, or 0 where the partition stands elsewhere. */
export function batchStatement({ topic, partition, expected, next, answer, changes }: Batch): pg.QueryConfig {
  const facts = changes.filter((c) => c.facts.length > 0);
  const rows = changes.filter((c) => c.row && !c.created);
  const made = changes.filter((c) => c.created);
  const values = [
    topic,
    partition,
    expected,
    next,
    answer,
    texts(facts.map((c) => c.summary.id)),
    ints(facts.map((c) => c.fromSeq)),
    texts(facts.map((c) => JSON.stringify(c.facts))),
    texts(rows.map((c) => c.summary.id)),
    texts(rows.map((c) => c.summary.status)),
    floats(rows.map((c) => seconds(c.summary.endedAt))),
    floats(rows.map((c) => seconds(c.wakeAt))),
    texts(made.map((c) => c.summary.id)),
    texts(made.map((c) => c.summary.pipeline)),
    texts(made.map((c) => c.summary.plan)),
    texts(made.map((c) => c.summary.status)),
    floats(made.map((c) => c.summary.acceptedAt / 1000)),
    floats(made.map((c) => seconds(c.summary.endedAt))),
    floats(made.map((c) => seconds(c.wakeAt))),
    texts(made.map((c) => c.summary.parent ?? null)),
    ...[rows, made].map((of) => ints(of.map((c) => Number(c.summary.degraded ?? false)))),
    ...[rows, made].flatMap((of) => [
      texts(of.map((c) => c.summary.title ?? null)),
      texts(of.map((c) => c.summary.state ?? null)),
      texts(of.map((c) => c.summary.failureCode ?? null)),
    ]),
    texts(rows.map((c) => c.summary.plan)),
  ];
  return { name: 'commit', text: COMMIT, values };
}
