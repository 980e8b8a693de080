import type { ActOutcome } from '@millrace/contracts';
import type { Database, Query } from '../database.js';
import type { Dialect } from '../dialect.js';
import { cursorOf, type Paged, type PageRequest, parameters, readNumberCursor } from '../page.js';
import { type ActRecord, CHAIN_START, type ChainedAct, type DoneAct, hashOfAct } from './act.js';
import { rowConditions } from './filter.js';

export interface ActsRequest extends PageRequest {
  readonly kind?: string | undefined;
  readonly subject?: string | undefined;
  readonly by?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Default false: the newest act comes first. */
  readonly oldestFirst?: boolean;
}

interface ActRow extends Omit<ChainedAct, 'by' | 'reason'> {
  readonly by: string | null;
  readonly reason: string | null;
}

const columnsOf = ({ millis }: Dialect): string =>
  `cast(seq as float8) as seq, id, ${millis('at')} as at, kind, subject, by, reason, detail, outcome, previous, hash`;

/** Times of rows are exact to the microsecond. */
const actOf = ({ seq, at, by, reason, ...row }: ActRow): ChainedAct => ({
  ...row,
  seq: Number(seq),
  at: Math.round(at),
  by: by ?? undefined,
  reason: reason ?? undefined,
});

/** Keeps everybody else from appending to the trail until the transaction ends: the chain is one. */
export const lockTrail = (query: Query): Promise<void> => query.lock('acts', ['millrace.acts']);

/** Appends acts to the trail, in the transaction of `query`, which holds the trail’s lock. An act whose id is in the trail is left out. */
export async function appendActs(query: Query, acts: readonly DoneAct[]): Promise<void> {
  if (acts.length === 0) return;
  const rows = await query<{ id: string }>(
    ({ among }) => `select id from acts where id ${among('$1')}`,
    [acts.map(({ id }) => id)],
  );
  const present = new Set(rows.map(({ id }) => id));
  for (const act of acts) if (!present.has(act.id)) await append(query, act);
}

async function append(query: Query, { outcome, ...act }: DoneAct): Promise<void> {
  const [last] = await query<{ seq: string; hash: string }>(
    'select cast(seq as text) as seq, hash from acts order by acts.seq desc limit 1',
    [],
  );
  const seq = Number(last?.seq ?? 0) + 1;
  const previous = last?.hash ?? CHAIN_START;
  const { id, at, kind, subject, by, reason, detail } = act;
  await query(
    ({ time, json }) =>
      `insert into acts (seq, id, at, kind, subject, by, reason, detail, outcome, previous, hash)
       values (cast($1 as bigint), $2, ${time('$3')}, $4, $5, $6, $7, ${json('$8')}, ${json('$9')}, $10, $11)`,
    [
      ...[seq, id, at, kind, subject, by ?? null, reason ?? null],
      ...[JSON.stringify(detail ?? null), JSON.stringify(outcome), previous],
      hashOfAct({ ...act, seq, outcome, previous }),
    ],
  );
}

/** Carries out acts once each, and keeps a trail of them that nobody can change unseen. */
export class Acts {
  constructor(private readonly database: Database) {}

  /** Returns the outcome of an act; undefined while there is none. */
  async outcome(id: string): Promise<ActOutcome | undefined> {
    const [row] = await this.database.query<{ outcome: ActOutcome }>('select outcome from acts where id = $1', [id]);
    return row?.outcome;
  }

  /** The acts, the newest or the oldest first. */
  async list(request: ActsRequest): Promise<Paged<ChainedAct>> {
    const { limit, before, kind, subject, by, since, until, oldestFirst = false } = request;
    const { query, dialect } = this.database;
    const { values, value } = parameters();
    const conditions = rowConditions({ equal: { kind, subject, by }, since, until }, dialect, value);
    if (before !== undefined)
      conditions.push(
        `seq ${oldestFirst ? '>' : '<'} cast(${value(readNumberCursor(before, Number.MAX_SAFE_INTEGER))} as bigint)`,
      );
    const rows = await query<ActRow>(
      `select ${columnsOf(dialect)} from acts where ${['true', ...conditions].join(' and ')}
       order by acts.seq ${oldestFirst ? 'asc' : 'desc'} limit cast(${value(limit + 1)} as int)`,
      values,
    );
    const items = rows.slice(0, limit).map(actOf);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items, next: last && cursorOf(last.seq) };
  }

  /**
   * Computes the chain again, from its start. `broken`: the number of the first act that is not as it was written. `head`: the hash of the last act that
   * is, which whoever keeps it elsewhere can compare later: acts that were removed from the end leave a chain that is whole.
   */
  async verify(): Promise<{ readonly acts: number; readonly head: string; readonly broken: number | undefined }> {
    const { query, dialect } = this.database;
    let [seq, previous] = [0, CHAIN_START];
    for (;;) {
      const rows = await query<ActRow>(
        `select ${columnsOf(dialect)} from acts where seq > cast($1 as bigint) order by acts.seq limit 1000`,
        [seq],
      );
      for (const act of rows.map(actOf)) {
        if (act.seq !== seq + 1 || act.previous !== previous || hashOfAct(act) !== act.hash)
          return { acts: seq, head: previous, broken: seq + 1 };
        [seq, previous] = [act.seq, act.hash];
      }
      if (rows.length < 1_000) return { acts: seq, head: previous, broken: undefined };
    }
  }

  /** Does the work of an act and appends the act to the trail, in one transaction. An act whose id is in the trail does nothing: its outcome of then is returned. */
  once(act: ActRecord, work: (query: Query) => Promise<ActOutcome>): Promise<ActOutcome> {
    return this.database.transaction(async (query) => {
      await lockTrail(query);
      const [before] = await query<{ outcome: ActOutcome }>('select outcome from acts where id = $1', [act.id]);
      if (before) return before.outcome;
      const outcome = await work(query);
      await append(query, { ...act, outcome });
      return outcome;
    });
  }
}
