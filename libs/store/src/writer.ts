import type { Fact } from '@millrace/contracts';
import { unlimitedSlot, type SlotGrant, type SlotRequest } from '@millrace/pipeline/engine';
import type { HoldRequest } from '@millrace/saga';
import { type Database, floats, ints, type Query, texts } from './database.js';
import { StaleOwner } from './errors.js';
import { appendActs, lockTrail } from './letters/acts.js';
import { letterColumns } from './letters/letter-columns.js';
import { grantSlots, keepSlots } from './slots.js';
import { keepAttributes } from './search/attributes.js';
import { keepOutputs } from './cache/outputs.js';
import { keepHolds, standInLine } from './holds/holds.js';
import type { Delivery } from './webhooks/delivery.js';
import { keepDeliveries } from './webhooks/deliveries.js';
import { keepSignals } from './signals.js';
import type { Commit, DeadLetter, RunSummary } from './commit.js';
import { CREATE, DEAD, HELD, WAIT, WAITED } from './writer-statements.js';

/** The position of a partition: the offset after its last batch, and that batch's answer, which a backup may lack. */
export interface Position {
  readonly next: number;
  /** The offset at which its last batch began. */
  readonly began: number;
  readonly answer: Uint8Array | undefined;
}

/** A run that a batch wants to create, with the slot that it wants and the line of its hold key. */
export interface NewRun extends RunSummary {
  readonly wakeAt: number | undefined;
  readonly slot?: SlotRequest | undefined;
  readonly hold?: HoldRequest | undefined;
}

/** The outcome for runs that a batch wants to create. */
export interface Created {
  readonly made: ReadonlySet<string>;
  readonly slots: ReadonlyMap<string, SlotGrant>;
  /** For each run that waits in the line of its hold key: the run that holds the key up. */
  readonly behind: ReadonlyMap<string, string>;
  /** The first facts of those that somebody made before. */
  readonly before: ReadonlyMap<string, readonly Fact[]>;
}

type RareCommit = Pick<
  Commit,
  'changes' | 'deadLetters' | 'redriven' | 'closed' | 'slots' | 'holds' | 'signals' | 'cache' | 'deliveries'
>;

async function firstFacts(query: Query, runs: readonly string[]): Promise<ReadonlyMap<string, readonly Fact[]>> {
  const rows = await query<{ run: string; facts: readonly Fact[] }>(
    ({ among }) =>
      `select run, facts from history h where run ${among('$1')} and seq = (select min(seq) from history f where f.run = h.run)`,
    [runs],
    'first-facts',
  );
  return new Map(rows.map(({ run, facts }) => [run, facts]));
}

/** Write side: what the coordinator decides, a batch at a time. */
export class StoreWriter {
  constructor(private readonly database: Database) {}

  async position(topic: string, partition: number): Promise<Position | undefined> {
    const [row] = await this.database.query<{ next: string; began: string; answer: Uint8Array | null }>(
      ({ lastAnswer }) =>
        `select cast(next as text) as next, cast(began as text) as began, ${lastAnswer} as answer
         from positions left join answers using (topic, partition, next) where topic = $1 and partition = $2`,
      [topic, partition],
    );
    return row && { next: Number(row.next), began: Number(row.began), answer: row.answer ?? undefined };
  }

  /** The facts of those of `runs` that exist. */
  async load(runs: readonly string[]): Promise<ReadonlyMap<string, readonly Fact[]>> {
    const rows = await this.database.query<{ run: string; facts: readonly Fact[] }>(
      ({ among }) => `select run, facts from history where run ${among('$1')} order by run, seq`,
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
    await this.database.query(({ time }) => `update runs set wake_at = ${time('$2')} where id = $1`, [run, at]);
  }

  /** Returns those of `runs` that exist. */
  async known(runs: readonly string[]): Promise<ReadonlySet<string>> {
    const asked = [[...new Set(runs)]];
    const rows = await this.database.query<{ id: string }>(
      ({ among }) => `select id from runs where id ${among('$1')}`,
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
    const {
      deadLetters,
      redriven,
      closed = [],
      changes,
      slots,
      holds,
      signals,
      cache,
      deliveries = [],
      acts = [],
    } = commit;
    const waits = changes.some(
      ({ waits, waited, held = [], attributes }) => attributes || waits.length + waited.length + held.length > 0,
    );
    const rare = deadLetters.length + redriven.length + closed.length + deliveries.length + acts.length;
    if (!waits && !slots && !holds && !signals && !cache && rare === 0) await this.write(this.database.query, commit);
    else
      await this.database.transaction(async (query) => {
        // Before rows are locked: whoever acts on a dead letter holds this lock when it waits for the letter.
        if (acts.length > 0) await lockTrail(query);
        await this.write(query, commit);
        await this.writeRare(query, commit);
        await appendActs(query, acts);
      });
  }

  /**
   * Writes a batch that makes runs. `decide` is told which of `summaries` are new (somebody else may make the same run at
   * the same time), which of them wait behind a run that holds their key up, which of those that want a slot, or whose pipeline is paused, get one, and the first facts of those that are there already,
   * and gives the commit.
   */
  async create(summaries: readonly NewRun[], decide: (created: Created) => Commit): Promise<void> {
    await this.database.transaction(async (query) => {
      const rows = await query.each<{ id: string; paused: boolean }>(
        CREATE,
        {
          id: texts(summaries.map((s) => s.id)),
          pipeline: texts(summaries.map((s) => s.pipeline)),
          plan: texts(summaries.map((s) => s.plan)),
          status: texts(summaries.map((s) => s.status)),
          accepted: floats(summaries.map((s) => s.acceptedAt)),
          ended: floats(summaries.map((s) => s.endedAt)),
          wake: floats(summaries.map((s) => s.wakeAt)),
          degraded: ints(summaries.map((s) => Number(s.degraded ?? false))),
          title: texts(summaries.map((s) => s.title ?? null)),
          state: texts(summaries.map((s) => s.state ?? null)),
          code: texts(summaries.map((s) => s.failureCode ?? null)),
        },
        'create',
      );
      const made = new Set(rows.map((row) => row.id));
      const paused = new Set(rows.flatMap((row) => (row.paused ? [row.id] : [])));
      const behind = await standInLine(
        query,
        summaries.flatMap(({ id, hold }) => (hold && made.has(id) ? [hold] : [])),
      );
      const wanted = summaries.flatMap((summary) => {
        const { id, status, acceptedAt } = summary;
        if (behind.has(id)) return [];
        const slot = summary.slot ?? (paused.has(id) && status !== 'held' ? unlimitedSlot(summary) : undefined);
        return slot && made.has(id) ? [{ ...slot, acceptedAt }] : [];
      });
      const [first] = wanted;
      const slots = first ? await grantSlots(query, wanted, first.acceptedAt) : new Map<string, SlotGrant>();
      const known = summaries.flatMap(({ id }) => (made.has(id) ? [] : [id]));
      const before = known.length > 0 ? await firstFacts(query, known) : new Map<string, readonly Fact[]>();
      const commit = decide({ made, slots, behind, before });
      await this.write(query, commit);
      await this.writeRare(query, commit);
    });
  }

  private async write(query: Query, commit: Commit): Promise<void> {
    if (!(await query.batch(commit))) throw new StaleOwner(commit.topic, commit.partition);
  }

  private async writeRare(
    query: Query,
    { changes, deadLetters, redriven, closed = [], slots, holds, signals, cache, deliveries = [] }: RareCommit,
  ): Promise<void> {
    if (holds) await keepHolds(query, holds);
    if (slots) await keepSlots(query, slots);
    await keepAttributes(query, changes);
    const waited = changes.flatMap((c) => c.waited.map((step) => ({ run: c.summary.id, step })));
    if (waited.length > 0)
      await query.each(WAITED, { run: texts(waited.map((w) => w.run)), step: texts(waited.map((w) => w.step)) });
    const waits = changes.flatMap((c) => c.waits);
    if (waits.length > 0) {
      await query.each(WAIT, {
        run: texts(waits.map((w) => w.run)),
        step: texts(waits.map((w) => w.step)),
        kind: texts(waits.map((w) => w.kind)),
        pipeline: texts(waits.map((w) => w.pipeline)),
        since: floats(waits.map((w) => w.since)),
        due: floats(waits.map((w) => w.due)),
        show: texts(waits.map((w) => JSON.stringify(w.show ?? null))),
        held: texts(waits.map((w) => (w.held ? JSON.stringify(w.held) : null))),
        correlation: texts(waits.map((w) => w.correlation ?? null)),
      });
    }
    const held = changes.flatMap(({ summary, held = [] }) => held.map((one) => ({ run: summary.id, ...one })));
    if (held.length > 0) {
      await query.each(HELD, {
        run: texts(held.map(({ run }) => run)),
        step: texts(held.map(({ step }) => step)),
        held: texts(held.map(({ assignee, group, claimedBy }) => JSON.stringify({ assignee, group, claimedBy }))),
        due: floats(held.map(({ due }) => due)),
      });
    }
    if (signals) await keepSignals(query, signals);
    if (cache) await keepOutputs(query, cache);
    if (deadLetters.length > 0) await query.each(DEAD, letterColumns(deadLetters));
    await keepDeliveries(query, deliveries);
    if (redriven.length > 0) {
      await query(({ among }) => `update dead_letters set status = 'redriven' where id ${among('$1')}`, [redriven]);
    }
    if (closed.length > 0)
      await query(
        ({ among }) => `update dead_letters set status = 'closed' where status = 'open' and id ${among('$1')}`,
        [closed],
      );
  }

  /** Keeps dead letters that other services made of records they could not read, and the webhooks that tell of them. */
  async keep(deadLetters: readonly DeadLetter[], deliveries: readonly Delivery[] = []): Promise<void> {
    const kept = { changes: [], deadLetters, redriven: [], deliveries };
    if (deliveries.length === 0) await this.writeRare(this.database.query, kept);
    else await this.database.transaction((query) => this.writeRare(query, kept));
  }

  /** Forgets where a partition stood: its topic is a new one under the old name. */
  async forget(topic: string, partition: number): Promise<void> {
    for (const table of ['answers', 'positions'])
      await this.database.query(`delete from ${table} where topic = $1 and partition = $2`, [topic, partition]);
  }

  /**
   * Runs whose timer is due at `at`, oldest first. They are not due again before `until`: whoever takes them wakes them,
   * and if that comes to nothing they turn up here once more.
   */
  async takeDue(of: { at: number; until: number; limit: number }): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(
      ({ time, skipLocked }) =>
        `update runs set wake_at = ${time('$2')} where id in (
           select id from runs where wake_at <= ${time('$1')} order by wake_at limit cast($3 as int) ${skipLocked}
         ) returning id`,
      [of.at, of.until, of.limit],
      'due',
    );
    return rows.map((row) => row.id);
  }
}
