import type { CacheableOutput, CacheChanges, CachedOutput, CacheLookup, LookedUp, LookupPlace } from '@millrace/saga';
import { type Columns, type Database, floats, ints, type Query, texts } from '../database.js';
import type { Dialect } from '../dialect.js';

/** The most that is kept. */
export interface CacheBounds {
  readonly outputs: number;
  readonly bytes: number;
}

/** The most rows that one statement looks at when outputs are removed. */
const BATCH = 1_000;

/** Outputs of steps that are reused, and the steps that look for one. Of those that look for the same, one is executed at a time. */
export class OutputsStore {
  constructor(private readonly database: Database) {}

  /** Returns what runs have to hear; each notice comes again after `until` unless the run is known to have heard it. */
  async toTell(options: { at: number; until: number; limit: number }): Promise<readonly LookedUp[]> {
    const lookups = await this.database.query<
      Pick<CacheLookup, 'run' | 'step' | 'attempt' | 'key'> & { state: string }
    >(
      ({ time, skipLocked }) =>
        `update cache_lookups set tell_at = ${time('$2')} where (run, step) in (
           select run, step from cache_lookups where tell_at <= ${time('$1')} order by tell_at limit cast($3 as int) ${skipLocked}
         ) returning run, step, attempt, key, state`,
      [options.at, options.until, options.limit],
    );
    const hits = lookups.filter(({ state }) => state === 'hit');
    const outputs = await this.outputsOf(hits.map(({ key }) => key));
    const gone = hits.filter(({ key }) => !outputs.has(key));
    if (gone.length > 0) await this.matchAgain(gone, options.at);
    return lookups.flatMap(({ run, step, attempt, key, state }): readonly LookedUp[] => {
      if (state !== 'hit') return [{ run, step, attempt, hit: undefined }];
      const hit = outputs.get(key);
      return hit ? [{ run, step, attempt, hit }] : [];
    });
  }

  /** Lets others execute what a step has not ended in its time, as where its run is paused and its stage is gone. Returns true where there may be more. */
  async giveUp({ at, limit }: { at: number; limit: number }): Promise<boolean> {
    const late = await this.database.query<{ key: string }>(
      ({ time }) =>
        `select key from cache_lookups where executing_until <= ${time('$1')} order by executing_until limit cast($2 as int)`,
      [at, limit],
    );
    if (late.length === 0) return false;
    const keys = late.map(({ key }) => key);
    await this.database.transaction(async (query) => {
      await query.lock('outputs', keys);
      await query(
        ({ among, time }) => `delete from cache_lookups where key ${among('$1')} and executing_until <= ${time('$2')}`,
        [keys, at],
      );
      await match(query, keys, at);
    });
    return late.length === limit;
  }

  /** Removes outputs whose time is over, and those that were not used for the longest time where there are more than the bounds allow. Returns their number. */
  async evict({ at, ...bounds }: CacheBounds & { readonly at: number }): Promise<number> {
    const expired = await this.database.query<{ key: string }>(
      ({ time }) => `select key from cached_outputs where expires_at <= ${time('$1')} limit ${BATCH}`,
      [at],
    );
    let removed = await this.remove(expired.map(({ key }) => key));
    const [found] = await this.database.query<{ outputs: number; bytes: number }>(
      'select cast(count(*) as int) as outputs, cast(coalesce(sum(bytes), 0) as float) as bytes from cached_outputs',
      [],
    );
    let { outputs = 0, bytes = 0 } = found ?? {};
    while (outputs > bounds.outputs || bytes > bounds.bytes) {
      const oldest = await this.database.query<{ key: string; bytes: number }>(
        `select key, bytes from cached_outputs order by used_at limit ${BATCH}`,
        [],
      );
      const keys: string[] = [];
      for (const one of oldest) {
        if (outputs <= bounds.outputs && bytes <= bounds.bytes) break;
        keys.push(one.key);
        outputs--;
        bytes -= one.bytes;
      }
      const gone = await this.remove(keys);
      removed += gone;
      // All that is left is about to be given to somebody.
      if (gone === 0) break;
    }
    return removed;
  }

  /** Outputs that are about to be told stay. */
  private async remove(keys: readonly string[]): Promise<number> {
    if (keys.length === 0) return 0;
    const rows = await this.database.query(
      ({ among }) =>
        `delete from cached_outputs where key ${among('$1')}
           and not exists (select 1 from cache_lookups l where l.key = cached_outputs.key and l.state = 'hit')
         returning key`,
      [keys],
    );
    return rows.length;
  }

  private async outputsOf(keys: readonly string[]): Promise<ReadonlyMap<string, CachedOutput>> {
    if (keys.length === 0) return new Map();
    const rows = await this.database.query<{
      key: string;
      run: string;
      output: unknown;
      summary: string | null;
      storedAt: number;
    }>(
      ({ among, millis }) =>
        `select key, run, output, summary, ${millis('stored_at')} as "storedAt" from cached_outputs where key ${among('$1')}`,
      [[...new Set(keys)]],
    );
    return new Map(
      rows.map(({ key, run, output, summary, storedAt }) => [
        key,
        { output, storedAt, executedBy: run, ...(summary !== null && { summary }) },
      ]),
    );
  }

  /** An output was removed between the moment in which a lookup found it and the one in which its run was to be told. */
  private async matchAgain(gone: readonly LookupPlace[], at: number): Promise<void> {
    const keys = gone.map(({ key }) => key);
    await this.database.transaction(async (query) => {
      await query.lock('outputs', keys);
      await query(
        ({ among }) =>
          `update cache_lookups set state = 'waiting', tell_at = null where key ${among('$1')} and state = 'hit'
             and not exists (select 1 from cached_outputs o where o.key = cache_lookups.key)`,
        [keys],
      );
      await match(query, keys, at);
    });
  }
}

/** Within a transaction: keeps outputs and lookups as a batch has it. */
export async function keepOutputs(query: Query, changes: CacheChanges): Promise<void> {
  const { lookups, executing, ended, at } = changes;
  const outputs = [...new Map(changes.outputs.map((one) => [one.key, one])).values()];
  const keys = [...new Set([...lookups, ...outputs, ...ended].map(({ key }) => key))];
  // A transaction that writes an output or a lookup of a key holds the lock of that key, so that one of two sees the other.
  await query.lock('outputs', keys);
  if (ended.length > 0) await query.each(ENDED, placesOf(ended));
  if (outputs.length > 0) await query.each(OUTPUT, outputColumns(outputs, at));
  if (lookups.length > 0)
    await query.each(LOOKUP, {
      ...placesOf(lookups),
      attempt: ints(lookups.map(({ attempt }) => attempt)),
      key: texts(lookups.map(({ key }) => key)),
      asked: floats(lookups.map(() => at)),
      fresh: floats(lookups.map(({ freshFrom }) => freshFrom)),
    });
  if (executing.length > 0)
    await query.each(EXECUTING, { ...placesOf(executing), until: floats(executing.map(({ until }) => until)) });
  await match(query, keys, at);
}

const placesOf = (places: readonly Pick<LookupPlace, 'run' | 'step'>[]): Columns => ({
  run: texts(places.map(({ run }) => run)),
  step: texts(places.map(({ step }) => step)),
});

function outputColumns(outputs: readonly CacheableOutput[], at: number): Columns {
  const written = outputs.map(({ output }) => JSON.stringify(output ?? null));
  return {
    ...placesOf(outputs),
    key: texts(outputs.map(({ key }) => key)),
    output: texts(written),
    summary: texts(outputs.map(({ summary }) => summary ?? null)),
    bytes: ints(written.map((text) => Buffer.byteLength(text))),
    stored: floats(outputs.map(() => at)),
    expires: floats(outputs.map(({ expiresAt }) => expiresAt)),
  };
}

const ENDED = (rows: string): string => `
delete from cache_lookups where (run, step) in (select u.run, u.step from ${rows})`;

const OUTPUT = (rows: string, { time, json }: Dialect): string => `
insert into cached_outputs (key, run, step, output, summary, bytes, stored_at, expires_at, used_at)
select key, run, step, ${json('output')}, summary, bytes, ${time('stored')}, ${time('expires')}, ${time('stored')} from ${rows} where true
on conflict (key) do update set run = excluded.run, step = excluded.step, output = excluded.output, summary = excluded.summary, bytes = excluded.bytes,
  stored_at = excluded.stored_at, expires_at = excluded.expires_at, used_at = excluded.used_at`;

const LOOKUP = (rows: string, { time }: Dialect): string => `
insert into cache_lookups (run, step, attempt, key, at, fresh_from, state)
select run, step, attempt, key, ${time('asked')}, ${time('fresh')}, 'waiting' from ${rows} where true
on conflict (run, step) do update set attempt = excluded.attempt, key = excluded.key, at = excluded.at, fresh_from = excluded.fresh_from,
  state = excluded.state, tell_at = null, executing_until = null`;

const EXECUTING = (rows: string, { time }: Dialect): string => `
update cache_lookups set state = 'executing', tell_at = null, executing_until = ${time('u.until')} from ${rows}
where cache_lookups.run = u.run and cache_lookups.step = u.step`;

/** Gives the outputs of these keys to those who look for them, and of the others lets the one that has waited longest execute its step. */
async function match(query: Query, keys: readonly string[], at: number): Promise<void> {
  if (keys.length === 0) return;
  const hits = await query<{ key: string }>(
    ({ among, time }) =>
      `update cache_lookups set state = 'hit', tell_at = ${time('$2')} where key ${among('$1')} and state = 'waiting'
         and exists (
           select 1 from cached_outputs o where o.key = cache_lookups.key
             and o.expires_at > ${time('$2')} and o.stored_at >= cache_lookups.fresh_from
         ) returning key`,
    [keys, at],
  );
  if (hits.length > 0)
    await query(
      ({ among, time }) => `update cached_outputs set used_at = ${time('$2')} where key ${among('$1')}`,
      [hits.map(({ key }) => key), at],
    );
  await query(
    ({ among, time }) =>
      `update cache_lookups set state = 'executing', tell_at = ${time('$2')} where (run, step) in (
         select run, step from (
           select run, step, row_number() over (partition by key order by at, run, step) as turn from cache_lookups l
           where key ${among('$1')} and state = 'waiting'
             and not exists (select 1 from cache_lookups e where e.key = l.key and e.state = 'executing')
         ) line where turn = 1
       )`,
    [keys, at],
  );
}
