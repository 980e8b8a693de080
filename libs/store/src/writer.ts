import type { Fact } from '@millrace/contracts';
import { unlimitedSlot, type SlotGrant, type SlotRequest } from '@millrace/pipeline/engine';
import { AnswersRoom } from './answers.js';
import { floats, ints, texts } from './arrays.js';
import type { Database, Query } from './database.js';
import { StaleOwner } from './errors.js';
import { grantSlots, keepSlots } from './slots.js';
import { keepSignals } from './signals.js';
import type { Commit, DeadLetter, RunSummary } from './store.js';
import { COMMIT, CREATE, DEAD, HELD, WAIT, WAITED } from './writer-statements.js';

/** The position of a partition: the offset after its last batch, and that batch's answer, which a backup may lack. */
export interface Position {
  readonly next: number;
  /** The offset at which its last batch began. */
  readonly began: number;
  readonly answer: Uint8Array | undefined;
}

/** The outcome for runs that a batch wants to create. */
export interface Created {
  readonly made: ReadonlySet<string>;
  readonly places: ReadonlyMap<string, SlotGrant>;
  /** The first facts of those that somebody made before. */
  readonly before: ReadonlyMap<string, readonly Fact[]>;
}

async function firstFacts(query: Query, runs: readonly string[]): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const rows = await query<{ run: string; facts: readonly Fact[] }>(
    'select distinct on (run) run, facts from history where run = any($1::text[]) order by run, seq',
    [runs],
    'first-facts',
  );
  return new Map(rows.map(({ run, facts }) => [run, facts]));
}

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1000);

/** Write side: what the coordinator decides, a batch at a time. */
export class StoreWriter {
  private readonly room: AnswersRoom;

  constructor(private readonly database: Database) {
    this.room = new AnswersRoom(database.query);
  }

  async position(topic: string, partition: number): Promise<Position | undefined> {
    const [row] = await this.database.query<{ next: string; began: string; answer: Uint8Array | null }>(
      `select next::text, began::text, coalesce(answers.answer, nullif(positions.answer, '')) as answer
       from positions left join answers using (topic, partition, next) where topic = $1 and partition = $2`,
      [topic, partition],
    );
    return row && { next: Number(row.next), began: Number(row.began), answer: row.answer ?? undefined };
  }

  /** The facts of those of `runs` that exist. */
  async load(runs: readonly string[]): Promise<ReadonlyMap<string, readonly Fact[]>> {
    const rows = await this.database.query<{ run: string; facts: readonly Fact[] }>(
      'select run, facts from history where run = any($1::text[]) order by run, seq',
      [runs],
      'load',
    );
    const found = new Map<string, Fact[]>();
    for (const { run, facts } of rows) {
      const sofar = found.get(run);
      if (sofar) sofar.push(...facts);
      else found.set(run, [...facts]);
    }
    return found;
  }

  /** The run's timer is due at `at` and not before. */
  async snooze(run: string, at: number): Promise<void> {
    await this.database.query('update runs set wake_at = to_timestamp($2::float8) where id = $1', [run, at / 1000]);
  }

  /** Which of `runs` exist. */
  async known(runs: readonly string[]): Promise<ReadonlySet<string>> {
    const asked = [[...new Set(runs)]];
    const rows = await this.database.query<{ id: string }>(
      'select id from runs where id = any($1::text[])',
      asked,
      'known',
    );
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Writes a batch: all of it or nothing.
   * @throws {StaleOwner} when the partition does not stand where the batch began.
   */
  async commit(commit: Commit): Promise<void> {
    const { deadLetters, redriven, closed = [], changes, places, signals } = commit;
    const waits = changes.some(({ waits, waited, held = [] }) => waits.length + waited.length + held.length > 0);
    if (!waits && !places && !signals && deadLetters.length + redriven.length + closed.length === 0)
      await this.write(this.database.query, commit);
    else
      await this.database.transaction(async (query) => {
        await this.write(query, commit);
        await this.writeRare(query, commit);
      });
    this.room.wrote(commit.answer);
  }

  /**
   * Writes a batch that makes runs. `decide` is told which of `summaries` are new (somebody else may make the same run at
   * the same time), which of those that want a place, or whose pipeline is paused, get one, and the first facts of those that are there already,
   * and gives the commit.
   */
  async create(
    summaries: readonly (RunSummary & { wakeAt: number | undefined; place?: SlotRequest | undefined })[],
    decide: (created: Created) => Commit,
  ): Promise<void> {
    const answer = await this.database.transaction(async (query) => {
      const rows = await query<{ id: string; paused: boolean }>(
        CREATE,
        [
          texts(summaries.map((s) => s.id)),
          texts(summaries.map((s) => s.pipeline)),
          texts(summaries.map((s) => s.plan)),
          texts(summaries.map((s) => s.status)),
          floats(summaries.map((s) => s.acceptedAt / 1000)),
          floats(summaries.map((s) => seconds(s.endedAt))),
          floats(summaries.map((s) => seconds(s.wakeAt))),
          ints(summaries.map((s) => Number(s.degraded ?? false))),
        ],
        'create',
      );
      const made = new Set(rows.map((row) => row.id));
      const paused = new Set(rows.flatMap((row) => (row.paused ? [row.id] : [])));
      const wanted = summaries.flatMap((summary) => {
        const { id, status, acceptedAt } = summary;
        const place = summary.place ?? (paused.has(id) && status !== 'held' ? unlimitedSlot(summary) : undefined);
        return place && made.has(id) ? [{ ...place, acceptedAt }] : [];
      });
      const places =
        wanted.length > 0 ? await grantSlots(query, wanted, wanted[0]!.acceptedAt) : new Map<string, SlotGrant>();
      const known = summaries.flatMap(({ id }) => (made.has(id) ? [] : [id]));
      const before = known.length > 0 ? await firstFacts(query, known) : new Map<string, readonly Fact[]>();
      const commit = decide({ made, places, before });
      await this.write(query, commit);
      await this.writeRare(query, commit);
      return commit.answer;
    });
    this.room.wrote(answer);
  }

  private async write(query: Query, { topic, partition, expected, next, answer, changes }: Commit): Promise<void> {
    const facts = changes.filter((c) => c.facts.length > 0);
    const rows = changes.filter((c) => c.row && !c.created);
    const made = changes.filter((c) => c.created);
    const [result] = await query<{ owners: number }>(
      COMMIT,
      [
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
      ],
      'commit',
    );
    if (result?.owners !== 1) throw new StaleOwner(topic, partition);
  }

  private async writeRare(
    query: Query,
    {
      changes,
      deadLetters,
      redriven,
      closed = [],
      places,
      signals,
    }: Pick<Commit, 'changes' | 'deadLetters' | 'redriven' | 'closed' | 'places' | 'signals'>,
  ): Promise<void> {
    if (places) await keepSlots(query, places);
    const waited = changes.flatMap((c) => c.waited.map((step) => ({ run: c.summary.id, step })));
    if (waited.length > 0) await query(WAITED, [waited.map((w) => w.run), waited.map((w) => w.step)]);
    const waits = changes.flatMap((c) => c.waits);
    if (waits.length > 0) {
      await query(WAIT, [
        waits.map((w) => w.run),
        waits.map((w) => w.step),
        waits.map((w) => w.kind),
        waits.map((w) => w.pipeline),
        waits.map((w) => w.since / 1000),
        waits.map((w) => seconds(w.due)),
        waits.map((w) => JSON.stringify(w.show ?? null)),
        waits.map((w) => (w.held ? JSON.stringify(w.held) : null)),
        waits.map((w) => w.correlation ?? null),
      ]);
    }
    const held = changes.flatMap(({ summary, held = [] }) => held.map((one) => ({ run: summary.id, ...one })));
    if (held.length > 0) {
      await query(HELD, [
        held.map(({ run }) => run),
        held.map(({ step }) => step),
        held.map(({ assignee, group, claimedBy }) => JSON.stringify({ assignee, group, claimedBy })),
        held.map(({ due }) => seconds(due)),
      ]);
    }
    if (signals) await keepSignals(query, signals);
    if (deadLetters.length > 0) {
      await query(DEAD, [
        deadLetters.map((d) => d.id),
        deadLetters.map((d) => d.at / 1000),
        deadLetters.map((d) => d.run ?? null),
        deadLetters.map((d) => d.pipeline ?? null),
        deadLetters.map((d) => JSON.stringify(d)),
      ]);
    }
    if (redriven.length > 0) {
      await query(`update dead_letters set status = 'redriven' where id = any($1::text[])`, [redriven]);
    }
    if (closed.length > 0)
      await query(`update dead_letters set status = 'closed' where status = 'open' and id = any($1::text[])`, [closed]);
  }

  /** Keeps dead letters that other services made of records they could not read. */
  async keep(deadLetters: readonly DeadLetter[]): Promise<void> {
    await this.writeRare(this.database.query, { changes: [], deadLetters, redriven: [] });
  }

  /** Forgets where a partition stood: its topic is a new one under the old name. */
  async forget(topic: string, partition: number): Promise<void> {
    for (const table of ['answers', 'positions'])
      await this.database.query(`delete from ${table} where topic = $1 and partition = $2`, [topic, partition]);
  }

  /** Resolves once nothing is under way that was begun beside the commits. */
  close(): Promise<void> {
    return this.room.close();
  }

  /**
   * Runs whose timer is due at `at`, oldest first. They are not due again before `until`: whoever takes them wakes them,
   * and if that comes to nothing they turn up here once more.
   */
  async takeDue(of: { at: number; until: number; limit: number }): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(
      `update runs set wake_at = to_timestamp($2::float8) where id in (
         select id from runs where wake_at <= to_timestamp($1::float8) order by wake_at limit $3::int for update skip locked
       ) returning id`,
      [of.at / 1000, of.until / 1000, of.limit],
      'due',
    );
    return rows.map((row) => row.id);
  }
}
