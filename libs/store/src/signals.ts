import type { SignalChanges } from './commit.js';
import type { Database, Query } from './database.js';
import { type TakenBatch, takeOnce } from './taken.js';

/** A record of somebody else's topic that may be a run's signal. */
export interface SignalRecord {
  readonly offset: number;
  /** Names the record's place. */
  readonly id: string;
  /** As it came, for a dead letter. */
  readonly record: unknown;
  readonly expiresAt: number;
  /** The keys that a step has to wait for to be answered, and the answer. */
  readonly keys: readonly { readonly key: string; readonly payload: unknown }[];
}

/** A signal that a run has to hear. */
export interface MatchedSignal {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly payload: unknown;
}

/** Signals between their topic and the runs that wait for them. Each is given to one run; who waits the longest comes first. */
export class SignalsStore {
  constructor(private readonly database: Database) {}

  /** Takes the records of a batch, unless they were taken before. */
  async take(at: TakenBatch & { readonly now: number }, records: readonly SignalRecord[]): Promise<void> {
    await this.database.transaction((query) =>
      takeOnce(query, at, { records, take: (fresh) => takeSignals(query, fresh, at.now) }),
    );
  }

  /** Returns what runs have to hear; each notice comes again after `until` unless the run is known to have heard it. */
  async toTell(of: { at: number; until: number; limit: number }): Promise<readonly MatchedSignal[]> {
    return this.database.query<MatchedSignal>(
      ({ time, skipLocked }) =>
        `update signals set tell_at = ${time('$2')} where id in (
           select id from signals where tell_at <= ${time('$1')} and run is not null order by tell_at limit cast($3 as int) ${skipLocked}
         ) returning id, run, step, payload`,
      [of.at, of.until, of.limit],
    );
  }

  /** Signals that nobody has waited for in their time. Nobody gets them any more; they come again after `until` unless they are forgotten by then. */
  async expired(of: { at: number; until: number; limit: number }): Promise<readonly { id: string; record: unknown }[]> {
    return this.database.query<{ id: string; record: unknown }>(
      ({ time, skipLocked }) =>
        `update signals set gone = true, expires_at = ${time('$2')} where id in (
           select id from signals where expires_at <= ${time('$1')} and run is null order by expires_at limit cast($3 as int) ${skipLocked}
         ) returning id, record`,
      [of.at, of.until, of.limit],
    );
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.database.transaction((query) => forget(query, ids));
  }
}

/** Within a transaction, after its waits were written: keeps signals as a batch has it. */
export async function keepSignals(query: Query, { awaited, taken, returned, at }: SignalChanges): Promise<void> {
  if (taken.length > 0) await forget(query, taken);
  const keys = [...awaited];
  if (returned.length > 0) {
    await query(
      ({ among }) => `update signals set run = null, step = null, tell_at = null where id ${among('$1')}`,
      [returned],
    );
    const rows = await query<{ key: string }>(
      ({ among }) => `select key from signal_keys where signal ${among('$1')}`,
      [returned],
    );
    keys.push(...rows.map(({ key }) => key));
  }
  await match(query, keys, at);
}

/** Brings signals and those who wait for them together, the oldest first. Who writes either of a key holds its lock, so that one of two sees the other. */
async function match(query: Query, given: readonly string[], now: number): Promise<void> {
  const keys = [...new Set(given)].sort();
  await query.lock('signals', keys);
  for (const key of keys) {
    for (let found = true; found;) {
      const rows = await query(
        ({ time }) => `with s as (
           select k.signal, k.payload from signal_keys k join signals s on s.id = k.signal
           where k.key = $1 and s.run is null and not s.gone order by s.at, s.id limit 1
         ), w as (
           select run, step from waits w where correlation = $1
             and not exists (select 1 from signals s where s.run = w.run and s.step = w.step)
           order by since, run, step limit 1
         )
         update signals set run = w.run, step = w.step, payload = s.payload, tell_at = ${time('$2')}
         from s, w where signals.id = s.signal and signals.run is null and not signals.gone returning 1`,
        [key, now],
      );
      found = rows.length > 0;
    }
  }
}

async function forget(query: Query, ids: readonly string[]): Promise<void> {
  await query(({ among }) => `delete from signal_keys where signal ${among('$1')}`, [ids]);
  await query(({ among }) => `delete from signals where id ${among('$1')}`, [ids]);
}

async function takeSignals(query: Query, records: readonly SignalRecord[], now: number): Promise<void> {
  for (const { id, record, expiresAt, keys } of records) {
    await query(
      ({ json, time }) =>
        `insert into signals (id, record, at, expires_at) values ($1, ${json('$2')}, ${time('$3')}, ${time('$4')})
         on conflict (id) do nothing`,
      [id, JSON.stringify(record), now, expiresAt],
    );
    for (const { key, payload } of keys)
      await query(
        ({ json }) =>
          `insert into signal_keys (key, signal, payload) values ($1, $2, ${json('$3')}) on conflict do nothing`,
        [key, id, JSON.stringify(payload)],
      );
  }
  await match(
    query,
    records.flatMap(({ keys }) => keys.map(({ key }) => key)),
    now,
  );
}
