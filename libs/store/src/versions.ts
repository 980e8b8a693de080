import type { ActOutcome, DeploymentOutcome, StageSchemas } from '@millrace/contracts';
import type { Route } from '@millrace/pipeline/engine';
import { type Database, floats, type Query, texts } from './database.js';
import type { ActRecord } from './letters/act.js';
import { appendActs, lockTrail } from './letters/acts.js';
import { beginWaiting } from './slots.js';
import { keepSchedulesOf, type NewSchedule, removeSchedule, type TriggerRow, upsertSchedule } from './starts.js';

export interface Version {
  readonly version: number;
  /** The plan's hash. */
  readonly plan: string;
  readonly deployedAt: number;
  readonly by: string | undefined;
  readonly reason: string | undefined;
}

/** The deployed versions of a pipeline, and the contracts of the stages that were asked for, as far as they are known. */
export interface Deployed {
  readonly route: Route | undefined;
  /** From the oldest to the newest. */
  readonly versions: readonly Version[];
  readonly contracts: ReadonlyMap<string, StageSchemas>;
  readonly schedules: readonly { readonly name: string; readonly made: boolean }[];
  readonly paused: PipelinePause | undefined;
}

/** No new run of a pipeline begins. */
export interface PipelinePause {
  readonly at: number;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** The changes of a request; what it leaves out stays. */
export interface DeploymentChange {
  readonly outcome: DeploymentOutcome;
  readonly route?: Route | undefined;
  /** Null: the pipeline goes on. */
  readonly pause?: PipelinePause | null;
  /** A plan that is not a version yet. */
  readonly version?: (Version & { readonly content: unknown }) | undefined;
  readonly contracts?: ReadonlyMap<string, StageSchemas> | undefined;
  readonly triggers?: readonly TriggerRow[] | undefined;
  readonly makes?: NewSchedule | undefined;
  /** The name of a schedule. */
  readonly removes?: string | undefined;
}

interface Subject {
  readonly pipeline: string;
  readonly stages: readonly string[];
}

interface Applied extends Subject {
  readonly id: string;
  readonly at: number;
  /** Returns the act for the audit trail; undefined for none. */
  readonly act?: (outcome: DeploymentOutcome) => ActRecord | undefined;
}

/** Reads deployments: the plans of a pipeline, the route of new runs, and the contracts of stages. */
export class DeploymentReader {
  constructor(private readonly database: Database) {}

  read(subject: Subject): Promise<Deployed> {
    return deployedOf(this.database.query, subject);
  }

  /** Returns where new runs go, of those of the pipelines that there are; of all pipelines without an argument. */
  async routes(pipelines?: readonly string[]): Promise<ReadonlyMap<string, Route>> {
    const rows = await routeRows(this.database.query, pipelines);
    return new Map(rows.map((row) => [row.pipeline, routeOf(row)]));
  }

  /** Returns those of the pipelines that are paused. */
  async paused(pipelines: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await routeRows(this.database.query, pipelines);
    return new Set(rows.flatMap(({ pipeline, paused }) => (paused === null ? [] : [pipeline])));
  }

  /** Returns the outcome of a request; undefined while there is none. */
  async outcome(id: string): Promise<DeploymentOutcome | undefined> {
    const [row] = await this.database.query<{ outcome: DeploymentOutcome }>(
      'select outcome from deployments where id = $1',
      [id],
    );
    return row?.outcome;
  }

  /** Plans that runs which have not ended follow, with how many. */
  async livePlans(pipeline: string): Promise<readonly { readonly plan: string; readonly runs: number }[]> {
    return this.database.query<{ plan: string; runs: number }>(
      `select plan, cast(count(*) as int) as runs from runs where ended_at is null and pipeline = $1 group by plan order by plan`,
      [pipeline],
    );
  }

  /** Runs that have not ended and follow one of the plans, in the order of their ids, past `after`. */
  async liveRuns(options: { plans: readonly string[]; after: string; limit: number }): Promise<readonly string[]> {
    const rows = await this.database.query<{ id: string }>(
      ({ among }) =>
        `select id from runs where ended_at is null and plan ${among('$1')} and id > $2 order by id limit cast($3 as int)`,
      [options.plans, options.after, options.limit],
    );
    return rows.map(({ id }) => id);
  }

  /** The plans, of any pipeline, that ask the stage, wherever in them it stands: by their content. */
  async plansOf(stage: string): Promise<readonly string[]> {
    const rows = await this.database.query<{ hash: string }>(
      ({ contains }) => `select hash from plans where ${contains('plan', 'cast($1 as text)')}`,
      [`"stage":${JSON.stringify(stage)}`],
    );
    return rows.map(({ hash }) => hash);
  }
}

export class Deployments {
  constructor(private readonly database: Database) {}

  /**
   * Applies a request, one after the other over all processes. `decide` is told how things stand and says what changes. A request whose id was
   * applied before changes nothing; what became of it then is returned.
   */
  async apply(request: Applied, decide: (now: Deployed) => DeploymentChange): Promise<DeploymentOutcome> {
    return this.database.transaction(async (query) => {
      await query.lock('deployments', ['millrace.deployments']);
      // Before rows are locked, as everywhere.
      await lockTrail(query);
      const [before] = await query<{ outcome: DeploymentOutcome }>('select outcome from deployments where id = $1', [
        request.id,
      ]);
      if (before) return before.outcome;
      const change = decide(await deployedOf(query, request));
      await write(query, request, change);
      const act = request.act?.(change.outcome);
      if (act) await appendActs(query, [{ ...act, outcome: outcomeOf(change.outcome) }]);
      return change.outcome;
    });
  }
}

const outcomeOf = (outcome: DeploymentOutcome): ActOutcome =>
  outcome.status === 'refused'
    ? { status: 'refused', failure: outcome.failure }
    : { status: 'applied', unchanged: outcome.unchanged };

interface RouteRow {
  readonly pipeline: string;
  readonly current: string;
  readonly before: string | null;
  readonly canary: string | null;
  readonly share: number | null;
  readonly paused: PipelinePause | null;
}

const routeOf = ({ current, before, canary, share }: RouteRow): Route => ({
  current,
  before: before ?? undefined,
  canary: canary === null || share === null ? undefined : { plan: canary, share },
});

const routeRows = (query: Query, pipelines?: readonly string[]) =>
  query<RouteRow>(
    ({ among }) =>
      `select pipeline, current, before, canary, share, paused from routes${pipelines ? ` where pipeline ${among('$1')}` : ''}`,
    pipelines ? [pipelines] : [],
    pipelines ? 'routes' : 'all-routes',
  );

async function deployedOf(query: Query, { pipeline, stages }: Subject): Promise<Deployed> {
  const [route] = await routeRows(query, [pipeline]);
  const versions = await query<Omit<Version, 'by' | 'reason'> & { by: string | null; reason: string | null }>(
    ({ millis }) =>
      `select version, plan, ${millis('deployed_at')} as "deployedAt", by, reason
       from versions where pipeline = $1 order by version`,
    [pipeline],
  );
  const contracts = await query<{ stage: string; schemas: StageSchemas }>(
    ({ among }) => `select stage, schemas from contracts where stage ${among('$1')}`,
    [stages],
  );
  const schedules = await query<{ name: string; made: boolean }>(
    'select name, made from schedules where pipeline = $1',
    [pipeline],
  );
  return {
    schedules,
    route: route && routeOf(route),
    paused: route?.paused ?? undefined,
    versions: versions.map((row) => ({ ...row, by: row.by ?? undefined, reason: row.reason ?? undefined })),
    contracts: new Map(contracts.map(({ stage, schemas }) => [stage, schemas])),
  };
}

async function writeVersion(
  query: Query,
  pipeline: string,
  { version, plan, content, deployedAt, by, reason }: NonNullable<DeploymentChange['version']>,
): Promise<void> {
  await query(
    ({ json, time }) =>
      `insert into plans (hash, pipeline, plan, deployed_at) values ($1, $2, ${json('$3')}, ${time('$4')})
       on conflict (hash) do nothing`,
    [plan, pipeline, JSON.stringify(content), deployedAt],
  );
  await query(
    ({ time }) =>
      `insert into versions (pipeline, version, plan, deployed_at, by, reason)
       values ($1, cast($2 as int), $3, ${time('$4')}, $5, $6)`,
    [pipeline, version, plan, deployedAt, by ?? null, reason ?? null],
  );
}

async function write(
  query: Query,
  options: Subject & { id: string; at: number },
  change: DeploymentChange,
): Promise<void> {
  const { pipeline, id, at } = options;
  const { version, route, outcome, contracts = new Map<string, StageSchemas>() } = change;
  if (version) await writeVersion(query, pipeline, version);
  if (route) {
    await query(
      `insert into routes (pipeline, current, before, canary, share) values ($1, $2, $3, $4, cast($5 as float8))
       on conflict (pipeline) do update
       set current = excluded.current, before = excluded.before, canary = excluded.canary, share = excluded.share`,
      [pipeline, route.current, route.before ?? null, route.canary?.plan ?? null, route.canary?.share ?? null],
    );
    await keepSchedulesOf(query, { pipeline, plan: route.current, at });
  }
  if (change.pause !== undefined) {
    const { pause } = change;
    await query(
      ({ json }) => `update routes set paused = ${json('$2')} where pipeline = $1`,
      [pipeline, pause && JSON.stringify(pause)],
    );
    if (pause === null) await beginWaiting(query, pipeline, at);
  }
  if (contracts.size > 0) {
    await query.each(
      (rows, { json, time }) =>
        `insert into contracts (stage, schemas, since) select stage, ${json('schemas')}, ${time('since')} from ${rows} where true
         on conflict (stage) do update set schemas = excluded.schemas, since = excluded.since`,
      {
        stage: texts([...contracts.keys()]),
        schemas: texts([...contracts.values()].map((one) => JSON.stringify(one))),
        since: floats([...contracts.values()].map(() => at)),
      },
    );
  }
  for (const trigger of change.triggers ?? []) {
    await query(
      ({ json }) =>
        `insert into triggers (id, pipeline, name, spec, starts) values ($1, $2, $3, ${json('$4')}, ${json('$5')})
         on conflict (id) do update set spec = excluded.spec`,
      [trigger.id, pipeline, trigger.name, JSON.stringify(trigger.spec), JSON.stringify(trigger.starts)],
    );
  }
  if (change.makes) await upsertSchedule(query, change.makes);
  if (change.removes !== undefined) await removeSchedule(query, pipeline, change.removes);
  await query(
    ({ time, json }) => `insert into deployments (id, at, outcome) values ($1, ${time('$2')}, ${json('$3')})`,
    [id, at, JSON.stringify(outcome)],
  );
}
