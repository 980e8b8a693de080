import { type Fact, Id, LAST_TIME, readJson, type RunStatus } from '@millrace/contracts';
import { sql } from 'kysely';
import type { Database } from './database.js';
import { InvalidCursor } from './errors.js';
import { type ScheduleRow, scheduleRows } from './starts.js';
import { DeploymentReader, type PipelinePause } from './versions.js';
import type { DeadLetter, Page, Paged, Reader, Review, ReviewFilter, RunFilter, RunSummary } from './store.js';

const millis = (column: string) => sql<number>`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;
const optionalMillis = (column: string) => sql<number | null>`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;

/** Cursors say where a page ended: the time of its last row and the columns that tell it from others of that time. They are opaque to callers. */
const cursorOf = (at: number, ...key: readonly string[]): string =>
  Buffer.from(JSON.stringify([at, ...key])).toString('base64url');

/** @throws {InvalidCursor} for a cursor that no list with so many columns gave: what comes from outside reaches SQL by type and within bounds */
function readCursor(cursor: string, columns: number): { at: number; key: readonly string[] } {
  const { value } = readJson(Buffer.from(cursor, 'base64url'));
  const [at, ...key]: readonly unknown[] = Array.isArray(value) ? value : [];
  // Times of rows are exact to the microsecond.
  const isTime = typeof at === 'number' && at >= 0 && at <= LAST_TIME;
  if (isTime && key.length === columns - 1 && key.every(isId)) return { at, key };
  throw new InvalidCursor();
}

const isId = (part: unknown): part is string => Id.safeParse(part).success;

/** The order of a list, newest first: by a time, then by columns that together tell any two rows apart. Without those, a page would lose rows of one time. */
type Order = readonly [at: 'accepted_at' | 'since' | 'at', ...key: readonly string[]];
const RUNS = ['accepted_at', 'id'] as const satisfies Order;
const REVIEWS = ['since', 'run', 'step'] as const satisfies Order;
const DEAD_LETTERS = ['at', 'id'] as const satisfies Order;

const newestFirst = (order: Order) => sql.join(order.map((column) => sql`${sql.ref(column)} desc`));

const before = (order: Order, page: Page) => {
  if (page.before === undefined) return sql<boolean>`true`;
  const { at, key } = readCursor(page.before, order.length);
  const values = [sql`to_timestamp(${at / 1000}::float8)`, ...key.map((value) => sql`${value}::text`)];
  return sql<boolean>`(${sql.join(order.map((column) => sql.ref(column)))}) < (${sql.join(values)})`;
};

/** `rows` holds one more than the page where there is a next one. */
function paged<Row, T>(rows: Row[], page: Page, of: { item: (row: Row) => T; cursor: (row: Row) => string }): Paged<T> {
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return {
    items: items.map(of.item),
    next: rows.length > page.limit && last !== undefined ? of.cursor(last) : undefined,
  };
}

const parsed = <T>(json: unknown): T => (typeof json === 'string' ? (JSON.parse(json) as T) : (json as T));

export class DatabaseReader implements Reader {
  readonly deployed: DeploymentReader;

  constructor(private readonly database: Database) {
    this.deployed = new DeploymentReader(database);
  }

  private summaries() {
    return this.database.db
      .selectFrom('runs')
      .select(['id', 'pipeline', 'plan', 'status', 'parent', 'degraded'])
      .select([millis('accepted_at').as('acceptedAt'), optionalMillis('ended_at').as('endedAt')]);
  }

  async runs(filter: RunFilter & Page): Promise<Paged<RunSummary>> {
    let query = this.summaries()
      .where(before(RUNS, filter))
      .where('parent', filter.parent === undefined ? 'is' : '=', filter.parent ?? null);
    if (filter.status !== undefined) query = query.where('status', '=', filter.status);
    if (filter.pipeline !== undefined) query = query.where('pipeline', '=', filter.pipeline);
    if (filter.degraded !== undefined)
      query = query.where(filter.degraded ? sql<boolean>`degraded` : sql<boolean>`not degraded`);
    const rows = await query
      .orderBy(newestFirst(RUNS))
      .limit(filter.limit + 1)
      .execute();
    return paged(rows, filter, { item: summaryOf, cursor: (row) => cursorOf(row.acceptedAt, row.id) });
  }

  async run(id: string) {
    const row = await this.summaries().where('id', '=', id).executeTakeFirst();
    if (!row) return undefined;
    const facts = (await this.factsAfter(new Map([[id, 0]]))).get(id) ?? [];
    return { ...summaryOf(row), facts };
  }

  async factsAfter(after: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly Fact[]>> {
    if (after.size === 0) return new Map();
    // A row may begin before the number asked for and reach past it.
    const rows = await this.database.query<{ run: string; seq: number; facts: unknown }>(
      `select h.run, h.seq, h.facts from history h join unnest($1::text[], $2::int8[]) as a(run, seq) on a.run = h.run
       where h.seq + json_array_length(h.facts) > a.seq + 1 order by h.run, h.seq`,
      [[...after.keys()], [...after.values()]],
      'facts-after',
    );
    const found = new Map<string, Fact[]>();
    for (const row of rows) {
      const facts = parsed<Fact[]>(row.facts).slice(Math.max(0, after.get(row.run)! + 1 - row.seq));
      found.set(row.run, [...(found.get(row.run) ?? []), ...facts]);
    }
    return found;
  }

  async reviews(filter: ReviewFilter & Page): Promise<Paged<Review>> {
    let query = this.database.db
      .selectFrom('waits')
      .select(['run', 'step', 'kind', 'pipeline', 'show', 'held'])
      .select([millis('since').as('since'), optionalMillis('due').as('due')])
      .where(before(REVIEWS, filter));
    if (filter.pipeline !== undefined) query = query.where('pipeline', '=', filter.pipeline);
    if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
    for (const name of ['assignee', 'group', 'claimedBy'] as const) {
      const value = filter[name];
      if (value !== undefined) query = query.where(sql`held ->> ${name}::text`, '=', value);
    }
    const rows = await query
      .orderBy(newestFirst(REVIEWS))
      .limit(filter.limit + 1)
      .execute();
    return paged(rows, filter, {
      item: (row) => ({
        ...row,
        due: row.due ?? undefined,
        show: parsed(row.show),
        held: parsed(row.held ?? undefined),
      }),
      cursor: (row) => cursorOf(row.since, row.run, row.step),
    });
  }

  private letters() {
    return this.database.db.selectFrom('dead_letters').select(['id', 'status', 'letter']).select(millis('at').as('at'));
  }

  async deadLetters(filter: { status?: DeadLetter['status']; pipeline?: string } & Page): Promise<Paged<DeadLetter>> {
    let query = this.letters().where(before(DEAD_LETTERS, filter));
    if (filter.status !== undefined) query = query.where('status', '=', filter.status);
    if (filter.pipeline !== undefined) query = query.where('pipeline', '=', filter.pipeline);
    const rows = await query
      .orderBy(newestFirst(DEAD_LETTERS))
      .limit(filter.limit + 1)
      .execute();
    return paged(rows, filter, { item: letterOf, cursor: (row) => cursorOf(row.at, row.id) });
  }

  async deadLetter(id: string): Promise<DeadLetter | undefined> {
    const row = await this.letters().where('id', '=', id).executeTakeFirst();
    return row && letterOf(row);
  }

  async pipelines() {
    const rows = await this.database.db
      .selectFrom('routes')
      .innerJoin('versions', (join) =>
        join.onRef('versions.pipeline', '=', 'routes.pipeline').onRef('versions.plan', '=', 'routes.current'),
      )
      .select(['routes.pipeline as name', 'routes.current as plan', 'routes.paused'])
      .select(millis('versions.deployed_at').as('deployedAt'))
      .orderBy('routes.pipeline')
      .execute();
    return rows.map(({ paused, ...row }) => ({
      ...row,
      ...(paused && { paused: parsed<PipelinePause>(paused) }),
    }));
  }

  schedules({ pipeline }: { pipeline?: string | undefined }): Promise<readonly ScheduleRow[]> {
    return scheduleRows(this.database.query, '$1::text is null or pipeline = $1', [pipeline ?? null]);
  }

  async plan(hash: string): Promise<unknown> {
    const row = await this.database.db.selectFrom('plans').select('plan').where('hash', '=', hash).executeTakeFirst();
    return row && parsed(row.plan);
  }

  async healthy(): Promise<boolean> {
    return this.database.query('select 1', []).then(
      () => true,
      () => false,
    );
  }
}

function summaryOf({
  degraded,
  ...row
}: Omit<RunSummary, 'status' | 'endedAt' | 'parent'> & {
  status: string;
  endedAt: number | null;
  parent: string | null;
}): RunSummary {
  return {
    ...row,
    status: row.status as RunStatus,
    endedAt: row.endedAt ?? undefined,
    parent: row.parent ?? undefined,
    ...(degraded && { degraded }),
  };
}

/** The status is the row's: it changes after the letter was written. */
function letterOf(row: { status: DeadLetter['status']; letter: unknown }): DeadLetter {
  return { ...parsed<DeadLetter>(row.letter), status: row.status };
}
