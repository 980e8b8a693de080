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

/** Signals between their topic and the runs that wait for them. Each is given to one run; whoever has waited the longest comes first. */
export class SignalsStore {
  constructor(private readonly database: Database) {}

  /** Takes the records of a batch, unless they were taken before. */
  async take(at: TakenBatch & { readonly now: number }, records: readonly SignalRecord[]): Promise<void> {
    await this.database.transaction((query) =>
      takeOnce(query, at, { records, take: (fresh) => takeSignals(query, fresh, at.now) }),
    );
  }

  /** Returns what runs have to hear; each notice comes again after `until` unless the run is known to have heard it. */
  async toTell(options: { at: number; until: number; limit: number }): Promise<readonly MatchedSignal[]> {
    return this.database.query<MatchedSignal>(
      ({ time, skipLocked }) =>
        `update signals set tell_at = ${time('$2')} where id in (
           select id from signals where tell_at <= ${time('$1')} and run is not null order by tell_at limit cast($3 as int) ${skipLocked}
         ) returning id, run, step, payload`,
      [options.at, options.until, options.limit],
    );
  }

  /** Signals that nobody has waited for in their time. Nobody gets them any more; they come again after `until` unless they are forgotten by then. */
  async expired(options: {
    at: number;
    until: number;
    limit: number;
  }): Promise<readonly { id: string; record: unknown }[]> {
    return this.database.query<{ id: string; record: unknown }>(
      ({ time, skipLocked }) =>
        `update signals set gone = true, expires_at = ${time('$2')} where id in (
           select id from signals where expires_at <= ${time('$1')} and run is null order by expires_at limit cast($3 as int) ${skipLocked}
         ) returning id, record`,
      [options.at, options.until, options.limit],
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

/** A condition: the waiting step `w` has not been given a signal. */
const HAS_NO_SIGNAL = 'not exists (select 1 from signals g where g.run = w.run and g.step = w.step)';

/**
 * Brings signals and waiting steps together: the oldest signal first, and of all that wait for one of its keys whoever has waited the longest. A transaction
 * that writes a signal or a wait of a key holds the lock of that key, so that one of two sees the other.
 */
async function match(query: Query, given: readonly string[], now: number): Promise<void> {
  if (given.length === 0) return;
  const keys = [...new Set(given)].sort();
  await query.lock('signals', keys);
  // Each round gives at least one signal away, unless another transaction has given all of them away.
  for (let oldest = await wanted(query, keys); oldest.length > 0; oldest = await wanted(query, keys))
    for (const { id } of oldest) await giveAway(query, id, { keys, now });
}

/** Returns the oldest signals of these keys that somebody waits for, at most as many as there are keys. */
function wanted(query: Query, keys: readonly string[]): Promise<readonly { id: string }[]> {
  // Signals of one batch have one time: the shorter id has the smaller offset.
  return query<{ id: string }>(
    ({ among }) => `select s.id from signal_keys k join signals s on s.id = k.signal
       where k.key ${among('$1')} and s.run is null and not s.gone
         and exists (select 1 from waits w where w.correlation = k.key and ${HAS_NO_SIGNAL})
       group by s.id, s.at order by s.at, length(s.id), s.id limit cast($2 as int)`,
    [keys, keys.length],
  );
}

/** Gives a signal to the step that has waited the longest for one of these keys, if one still does. */
async function giveAway(query: Query, id: string, options: { keys: readonly string[]; now: number }): Promise<void> {
  await query(
    ({ among, time }) => `with w as (
         select w.run, w.step, k.payload from signal_keys k join waits w on w.correlation = k.key
         where k.signal = $1 and k.key ${among('$2')} and ${HAS_NO_SIGNAL}
         order by w.since, w.run, w.step limit 1
       )
       update signals set run = w.run, step = w.step, payload = w.payload, tell_at = ${time('$3')}
       from w where signals.id = $1 and signals.run is null and not signals.gone`,
    [id, options.keys, options.now],
  );
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
