import type pg from 'pg';

/** Runs that somebody asked for. Pipeline and status follow from the run's number; `retired` has only old runs. */
const MADE = `
create function pg_temp.id(prefix text, n bigint) returns text immutable language sql as
  $$ select prefix || '_' || substr(md5(prefix || n), 1, 26) $$;
create temp table made as
select n, pg_temp.id('run', n) as id,
  case when n % 100 < 60 then 'support-email' when n % 100 < 85 then 'invoices' when n % 100 < 95 then 'claims'
    when n > $runs / 200 then 'letters' else 'retired' end as pipeline,
  case (hashint8(n) & 1023) when 0 then 'held' when 1 then 'paused' when 2 then 'compensating' else
    case when (hashint8(n) & 1023) < 12 then 'running' when (hashint8(n) & 1023) < 32 then 'waiting'
      when (hashint8(n) & 1023) < 52 then 'failed' when (hashint8(n) & 1023) < 62 then 'cancelled'
      when (hashint8(n) & 1023) < 72 then 'dead-lettered' else 'completed' end end as status,
  hashint8(n + 7) % 100 = 0 as degraded,
  timestamptz '2026-01-01' + n * interval '20 seconds' + (hashint8(n + 3) & 15) * interval '1 millisecond' as accepted_at
from generate_series(1, $runs) n;
`;

/** Fills each table; `$runs` is the number of runs that somebody asked for. One run has a tenth of that number of child runs. */
const STATEMENTS = [
  MADE,
  `insert into runs (id, pipeline, plan, status, accepted_at, ended_at, wake_at, parent, degraded, title, state, failure_code)
   select id, pipeline, pipeline || '-' || n * 20 / $runs, status, accepted_at,
     case when status in ('completed', 'failed', 'cancelled') then accepted_at + interval '4 seconds' end,
     case when status in ('waiting', 'held') then accepted_at + interval '400 days' end, null, degraded,
     case when pipeline = 'support-email' then 'Mail ' || n || ' about ' || case when n % 100000 = 7 then 'a needle' else 'a card' end end,
     case when status = 'waiting' then case n % 5 when 0 then 'waiting-for-signal' when 1 then 'sleeping' else 'waiting-for-person' end
       when status = 'running' and n % 3 = 0 then 'retrying' end,
     case when status in ('failed', 'dead-lettered') then case n % 50 when 0 then 'MODEL_REFUSED' else 'STAGE_THREW' end
       when status = 'running' and n % 3 = 0 then 'MODEL_BUSY' end
   from made`,
  `insert into run_attributes (run, name, text, accepted_at)
   select id, name, case name when 'customer' then 'customer-' || n % 50000 else 'country-' || n % 4 end, accepted_at
   from made, unnest(array['customer', 'country']) as name where pipeline = 'support-email'`,
  `insert into run_attributes (run, name, number, accepted_at)
   select id, 'amount', n % 1000, accepted_at from made where pipeline = 'support-email'`,
  `insert into run_tags (run, tag, accepted_at) select id, case when n % 1000 = 0 then 'vip' else 'seen' end, accepted_at from made where n % 20 = 0`,
  `insert into runs (id, pipeline, plan, status, accepted_at, ended_at, parent, degraded)
   select pg_temp.id('child', n), 'pages', 'pages-1', case when n % 1000 = 7 then 'dead-lettered' else 'completed' end,
     timestamptz '2026-02-01' + n * interval '5 milliseconds', case when n % 1000 <> 7 then timestamptz '2026-02-01' + n * interval '6 milliseconds' end,
     pg_temp.id('run', case when n % 2 = 0 then 1 else 1 + n / 1000 end), false
   from generate_series(1, $runs / 5) n`,
  `insert into history (run, seq, facts)
   select id, seq, case seq
     when 1 then json_build_array(json_build_object('type', 'run.accepted', 'at', extract(epoch from accepted_at) * 1000, 'pipeline', pipeline,
       'plan', 'plan', 'source', 'intake/0/' || n, 'input', json_build_object('from', 'customer-' || n || '@example.com', 'text', repeat(md5(n::text) || ' ', 12))))
     else json_build_array(json_build_object('type', 'step.completed', 'at', extract(epoch from accepted_at) * 1000 + 500, 'step', 'classify', 'attempt', 1,
       'startedAt', extract(epoch from accepted_at) * 1000, 'output', json_build_object('intent', 'refund', 'confidence', 0.91, 'reply', repeat(md5(n::text) || ' ', 8)))) end
   from made, generate_series(1, 2) seq`,
  `insert into waits (run, step, kind, pipeline, since, due, show, held)
   select id, 'approve', case when n % 5 = 0 then 'signal' else 'review' end, pipeline, accepted_at, accepted_at + interval '400 days',
     json_build_object('reply', repeat('text ', 60)),
     case when n % 5 = 0 then null else jsonb_strip_nulls(jsonb_build_object('assignee', case when n % 3 = 0 then 'person-' || n % 90 end,
       'group', case when n % 3 = 1 then 'board' when n % 3 = 2 then 'team-' || n % 10 end, 'claimedBy', case when n % 7 = 0 then 'person-' || n % 70 end)) end
   from made where status = 'waiting'`,
  `insert into dead_letters (id, status, at, run, pipeline, letter)
   select pg_temp.id('dl', n), letter_status, accepted_at, id, pipeline, json_build_object('id', pg_temp.id('dl', n), 'status', 'open',
     'at', extract(epoch from accepted_at) * 1000, 'failure', json_build_object('code', 'STAGE_THREW', 'kind', 'permanent', 'message', repeat('it broke ', 10)),
     'run', id, 'pipeline', pipeline, 'step', 'draft', 'stage', 'draft', 'attempts', 3, 'input', json_build_object('text', repeat(md5(n::text) || ' ', 12)))
   from (select *, case when status = 'dead-lettered' then 'open' when n % 2 = 0 then 'redriven' else 'closed' end as letter_status
     from made where status = 'dead-lettered' or n % 20 = 0) letters`,
  `insert into schedules (id, pipeline, name, spec, made, next_at)
   select 'support-email/every-' || n, 'support-email', 'every-' || n, '{"cron":"0 6 * * *","timezone":"UTC"}', true, timestamptz '2027-01-01' + n * interval '1 hour'
   from generate_series(1, 500) n`,
  `insert into plans (hash, pipeline, plan, deployed_at)
   select pipeline || '-' || n, pipeline, json_build_object('pipeline', pipeline, 'steps', json_build_object()), timestamptz '2026-01-01' + n * interval '10 days'
   from (select distinct pipeline from made) p, generate_series(0, 20) n`,
  `insert into versions (pipeline, version, plan, deployed_at) select pipeline, row_number() over (partition by pipeline order by deployed_at), hash, deployed_at from plans`,
  `insert into routes (pipeline, current) select distinct on (pipeline) pipeline, plan from versions order by pipeline, version desc`,
  `insert into deployments (id, at, outcome) select pg_temp.id('dep', n), now(), '{"status":"applied"}' from generate_series(1, 2000) n`,
];

/**
 * Fills the tables of an empty store, as that many runs would have: with facts, child runs, reviews, signals, dead letters, schedules and
 * versions. The same rows each time.
 */
export async function fillStore(database: pg.ClientBase, runs: number, log: (line: string) => void): Promise<void> {
  for (const statement of STATEMENTS) {
    const since = performance.now();
    await database.query(statement.replaceAll('$runs', String(runs)));
    log(
      `${((performance.now() - since) / 1_000).toFixed(1)} s: ${statement.trim().slice(0, 50).replaceAll('\n', ' ')}…`,
    );
  }
  await database.query('vacuum (analyze)');
}
