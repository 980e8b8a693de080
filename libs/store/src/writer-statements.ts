/* The statements of `Writer`. Their columns are arrays, so that a batch is one round trip. */

/** One statement, so that one round trip writes a batch or nothing of it. */
export const COMMIT = `
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
  update runs set status = u.status, ended_at = to_timestamp(u.ended), wake_at = to_timestamp(u.wake), degraded = u.degraded > 0
  from own, unnest($9::text[], $10::text[], $11::float8[], $12::float8[], $21::int[]) as u(id, status, ended, wake, degraded)
  where runs.id = u.id
), made as (
  insert into runs (id, pipeline, plan, status, accepted_at, ended_at, wake_at, parent, degraded)
  select u.id, u.pipeline, u.plan, u.status, to_timestamp(u.accepted), to_timestamp(u.ended), to_timestamp(u.wake), u.parent,
    u.degraded > 0
  from own, unnest($13::text[], $14::text[], $15::text[], $16::text[], $17::float8[], $18::float8[], $19::float8[], $20::text[],
    $22::int[]) as u(id, pipeline, plan, status, accepted, ended, wake, parent, degraded)
  on conflict (id) do nothing
)
select count(*)::int as owners from own`;

export const CREATE = `
insert into runs (id, pipeline, plan, status, accepted_at, ended_at, wake_at, degraded)
select id, pipeline, plan, status, to_timestamp(accepted), to_timestamp(ended), to_timestamp(wake), degraded > 0
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::float8[], $8::int[])
  as u(id, pipeline, plan, status, accepted, ended, wake, degraded)
order by id
on conflict (id) do nothing
returning id, exists(select 1 from routes where routes.pipeline = runs.pipeline and paused is not null) as paused`;

export const WAITED = `
delete from waits using unnest($1::text[], $2::text[]) as u(run, step) where waits.run = u.run and waits.step = u.step`;

export const WAIT = `
insert into waits (run, step, kind, pipeline, since, due, show, held, correlation)
select run, step, kind, pipeline, to_timestamp(since), to_timestamp(due), show::json, held::jsonb, correlation
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::text[], $8::text[], $9::text[])
  as u(run, step, kind, pipeline, since, due, show, held, correlation)
on conflict (run, step) do nothing`;

export const HELD = `
update waits set held = u.held::jsonb, due = to_timestamp(u.due)
from unnest($1::text[], $2::text[], $3::text[], $4::float8[]) as u(run, step, held, due)
where waits.run = u.run and waits.step = u.step`;

export const DEAD = `
insert into dead_letters (id, status, at, run, pipeline, letter)
select id, 'open', to_timestamp(at), run, pipeline, letter::json
from unnest($1::text[], $2::float8[], $3::text[], $4::text[], $5::text[]) as u(id, at, run, pipeline, letter)
on conflict (id) do nothing`;
