import type { Fact, RecoveryReport, RunStatus } from '@millrace/contracts';
import { sql } from 'kysely';
import type { Database } from './database.js';
import { DEAD_LETTERS, pageOf, REVIEWS, RUNS } from './lists.js';
import { Recoveries } from './recoveries.js';
import { type ScheduleRow, scheduleRows } from './starts.js';
import { DeploymentReader, type PipelinePause } from './versions.js';
import type {
  DeadLetter,
  PageRequest,
  Paged,
  StoreReader,
  Review,
  ReviewFilter,
  RunFilter,
  RunSummary,
  Standing,
} from './store.js';

const millis = (column: string) => sql<number>`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;
const optionalMillis = (column: string) => sql<number | null>`(extract(epoch from ${sql.ref(column)}) * 1000)::float8`;

export class DatabaseReader implements StoreReader {
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

  runs(filter: RunFilter & PageRequest): Promise<Paged<RunSummary>> {
    const { status, pipeline, parent, degraded } = filter;
    return pageOf(this.database.query, {
      list: RUNS,
      few: { status, degraded },
      filters: { pipeline, parent },
      always: parent === undefined ? 'parent is null' : 'parent is not null',
      page: filter,
      item: summaryOf,
    });
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
    const rows = await this.database.query<{ run: string; seq: number; facts: Fact[] }>(
      `select h.run, h.seq, h.facts from history h join unnest($1::text[], $2::int8[]) as a(run, seq) on a.run = h.run
       where h.seq + json_array_length(h.facts) > a.seq + 1 order by h.run, h.seq`,
      [[...after.keys()], [...after.values()]],
      'facts-after',
    );
    const found = new Map<string, Fact[]>();
    for (const row of rows) {
      const facts = row.facts.slice(Math.max(0, after.get(row.run)! + 1 - row.seq));
      found.set(row.run, [...(found.get(row.run) ?? []), ...facts]);
    }
    return found;
  }

  reviews(filter: ReviewFilter & PageRequest): Promise<Paged<Review>> {
    const { kind, pipeline, assignee, group, claimedBy } = filter;
    return pageOf(this.database.query, {
      list: REVIEWS,
      few: { kind },
      filters: {
        pipeline,
        "held ->> 'assignee'": assignee,
        "held ->> 'group'": group,
        "held ->> 'claimedBy'": claimedBy,
      },
      page: filter,
      item: reviewOf,
    });
  }

  private letters() {
    return this.database.db.selectFrom('dead_letters').select(['id', 'status', 'letter']).select(millis('at').as('at'));
  }

  deadLetters(filter: { status?: DeadLetter['status']; pipeline?: string } & PageRequest): Promise<Paged<DeadLetter>> {
    const { status, pipeline } = filter;
    return pageOf(this.database.query, {
      list: DEAD_LETTERS,
      few: { status },
      filters: { pipeline },
      page: filter,
      item: letterOf,
    });
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
      ...(paused !== null && { paused: paused as PipelinePause }),
    }));
  }

  schedules({ pipeline }: { pipeline?: string | undefined }): Promise<readonly ScheduleRow[]> {
    return scheduleRows(this.database.query, '$1::text is null or pipeline = $1', [pipeline ?? null]);
  }

  async plan(hash: string): Promise<unknown> {
    const row = await this.database.db.selectFrom('plans').select('plan').where('hash', '=', hash).executeTakeFirst();
    return row?.plan;
  }

  recovery(id: string): Promise<RecoveryReport | undefined> {
    return new Recoveries(this.database).find(id);
  }

  standings(topics: readonly string[]): Promise<readonly Standing[]> {
    return new Recoveries(this.database).standings(topics);
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

function reviewOf(row: Omit<Review, 'due' | 'held'> & { due: number | null; held: unknown }): Review {
  return { ...row, due: row.due ?? undefined, held: (row.held as Review['held'] | null) ?? undefined };
}

/** The status is the row's: it changes after the letter was written. */
function letterOf(row: { status: DeadLetter['status']; letter: unknown }): DeadLetter {
  return { ...(row.letter as DeadLetter), status: row.status };
}
