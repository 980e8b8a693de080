import type { Fact, LetterFilter, RecoveryReport } from '@millrace/contracts';
import { sql } from 'kysely';
import { type Database, floats, texts } from './database.js';
import type { Dialect } from './dialect.js';
import { countsOf } from './counts.js';
import { holdsOf, type HoldStanding } from './holds/hold-reader.js';
import { Acts } from './letters/acts.js';
import { JobsReader } from './letters/jobs-reader.js';
import { type GroupsRequest, readGroups } from './letters/groups.js';
import type { KeptLetter, LetterGroup } from './letters/letter.js';
import { readLetter, readLetters } from './letters/letters-reader.js';
import { type Outcome, outcomesOf } from './outcomes.js';
import { pageOf, REVIEWS, RUNS } from './lists.js';
import { Recoveries } from './recoveries.js';
import { labelsOf, type RunLabels } from './search/attributes.js';
import { type Facet, facetOf, type FacetRequest } from './search/facets.js';
import { filtersOf } from './search/filters.js';
import { findRuns, type FoundRuns } from './search/find-runs.js';
import { runOf } from './search/run-row.js';
import { type ScheduleRow, scheduleRows } from './starts.js';
import { DeploymentReader, type PipelinePause } from './versions.js';
import type { Review, RunSummary } from './commit.js';
import type { PageRequest, Paged } from './page.js';
import type { RunFilter } from './search/run-filter.js';
import type { Counts, StoreReader, ReviewFilter, Standing } from './store.js';

export class DatabaseReader implements StoreReader {
  readonly deployed: DeploymentReader;
  readonly jobs: JobsReader;
  readonly acts: Acts;

  constructor(private readonly database: Database) {
    this.deployed = new DeploymentReader(database);
    this.jobs = new JobsReader(database);
    this.acts = new Acts(database);
  }

  private millis<T extends number | null = number>(column: string) {
    return sql.raw<T>(this.database.dialect.millis(column));
  }

  private summaries() {
    return this.database.db
      .selectFrom('runs')
      .select([
        'id',
        'pipeline',
        'plan',
        'status',
        'parent',
        'degraded',
        'title',
        'state',
        'failure_code as failureCode',
      ])
      .select([this.millis('accepted_at').as('acceptedAt'), this.millis<number | null>('ended_at').as('endedAt')]);
  }

  runs(filter: RunFilter & PageRequest): Promise<Paged<RunSummary> & Partial<Pick<FoundRuns, 'searchedTo'>>> {
    const { status, pipeline, parent, degraded, where } = filter;
    if (where) return findRuns(this.database, { where: [...filtersOf(filter), where], parent }, filter);
    return pageOf(this.database, {
      list: RUNS,
      few: { status, degraded },
      filters: { pipeline, parent },
      always: parent === undefined ? 'parent is null' : 'parent is not null',
      page: filter,
      item: runOf,
    });
  }

  labels(runs: readonly string[]): Promise<ReadonlyMap<string, RunLabels>> {
    return labelsOf(this.database, runs);
  }

  facet(request: FacetRequest): Promise<Facet> {
    return facetOf(this.database, request);
  }

  async run(id: string) {
    const row = await this.summaries().where('id', '=', id).executeTakeFirst();
    if (!row) return undefined;
    const facts = (await this.factsAfter(new Map([[id, 0]]))).get(id) ?? [];
    return { ...runOf(row), facts };
  }

  async factsAfter(after: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly Fact[]>> {
    if (after.size === 0) return new Map();
    // A row may begin before the number asked for and reach past it.
    const rows = await this.database.query.each<{ run: string; seq: number; facts: Fact[] }>(
      (asked) =>
        `select h.run, h.seq, h.facts from history h join ${asked} on u.run = h.run
         where h.seq + json_array_length(h.facts) > u.seq + 1 order by h.run, h.seq`,
      { run: texts([...after.keys()]), seq: floats([...after.values()]) },
      'facts-after',
    );
    const found = new Map<string, Fact[]>();
    for (const row of rows) {
      const facts = row.facts.slice(Math.max(0, (after.get(row.run) ?? 0) + 1 - row.seq));
      found.set(row.run, [...(found.get(row.run) ?? []), ...facts]);
    }
    return found;
  }

  reviews(filter: ReviewFilter & PageRequest): Promise<Paged<Review>> {
    const { kind, pipeline, assignee, group, claimedBy } = filter;
    return pageOf(this.database, {
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

  deadLetters(filter: LetterFilter & PageRequest): Promise<Paged<KeptLetter>> {
    return readLetters(this.database, filter);
  }

  deadLetter(id: string): Promise<KeptLetter | undefined> {
    return readLetter(this.database, id);
  }

  letterGroups(request: GroupsRequest): Promise<Paged<LetterGroup>> {
    return readGroups(this.database, request);
  }

  outcomes(run: string): Promise<readonly Outcome[]> {
    return outcomesOf(this.database, run);
  }

  holds(runs: readonly string[]): Promise<ReadonlyMap<string, HoldStanding>> {
    return holdsOf(this.database, runs);
  }

  counts(filter: { pipeline?: string | undefined; atMost: number }): Promise<Counts> {
    return countsOf(this.database, filter);
  }

  async pipelines() {
    const rows = await this.database.db
      .selectFrom('routes')
      .innerJoin('versions', (join) =>
        join.onRef('versions.pipeline', '=', 'routes.pipeline').onRef('versions.plan', '=', 'routes.current'),
      )
      .select(['routes.pipeline as name', 'routes.current as plan', 'routes.paused'])
      .select(this.millis('versions.deployed_at').as('deployedAt'))
      .orderBy('routes.pipeline')
      .execute();
    return rows.map(({ paused, ...row }) => ({
      ...row,
      ...(paused !== null && { paused: paused as PipelinePause }),
    }));
  }

  schedules({ pipeline }: { pipeline?: string | undefined }): Promise<readonly ScheduleRow[]> {
    return scheduleRows(this.database.query, 'cast($1 as text) is null or pipeline = $1', {
      values: [pipeline ?? null],
    });
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

  async changeMark(): Promise<string> {
    const statement = ({ changeMark }: Dialect) => `select ${changeMark} as mark`;
    const [row] = await this.database.query<{ mark: string }>(statement, [], 'change-mark');
    return row?.mark ?? '';
  }

  healthy(): Promise<boolean> {
    return this.database.healthy();
  }
}

function reviewOf(row: Omit<Review, 'due' | 'held'> & { due: number | null; held: unknown }): Review {
  return { ...row, due: row.due ?? undefined, held: (row.held as Review['held'] | null) ?? undefined };
}
