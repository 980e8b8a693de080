import type { Dialect } from './dialect.js';

/* The statements of `Writer` that are run over rows, so that a batch of them is one round trip. */

export const CREATE = (rows: string, { time }: Dialect): string => `
insert into runs (id, pipeline, plan, status, accepted_at, ended_at, wake_at, degraded, title, state, failure_code)
select id, pipeline, plan, status, ${time('accepted')}, ${time('ended')}, ${time('wake')}, degraded > 0, title, state, code
from ${rows} where true order by id
on conflict (id) do nothing
returning id, exists(select 1 from routes where routes.pipeline = runs.pipeline and paused is not null) as paused`;

export const WAITED = (rows: string): string => `
delete from waits where (run, step) in (select u.run, u.step from ${rows})`;

export const WAIT = (rows: string, { time, json, searchedJson }: Dialect): string => `
insert into waits (run, step, kind, pipeline, since, due, show, held, correlation)
select run, step, kind, pipeline, ${time('since')}, ${time('due')}, ${json('show')}, ${searchedJson('held')}, correlation
from ${rows} where true
on conflict (run, step) do nothing`;

export const HELD = (rows: string, { time, searchedJson }: Dialect): string => `
update waits set held = ${searchedJson('u.held')}, due = ${time('u.due')} from ${rows}
where waits.run = u.run and waits.step = u.step`;

export const DEAD = (rows: string, { time, json }: Dialect): string => `
insert into dead_letters (id, status, at, run, pipeline, letter, stage, code, fingerprint, redrives)
select id, 'open', ${time('at')}, run, pipeline, ${json('letter')}, stage, code, fingerprint, redrives from ${rows} where true
on conflict (id) do nothing`;

export const ATTRIBUTES = (rows: string, { time }: Dialect): string => `
insert into run_attributes (run, name, text, number, accepted_at)
select run, name, text, number, ${time('accepted')} from ${rows} where true
on conflict (run, name) do update set text = excluded.text, number = excluded.number`;
