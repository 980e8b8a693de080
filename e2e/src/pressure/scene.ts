import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Proxy } from '@millrace/broker-kafka/proxy';
import { groupsOf, present } from '@millrace/contracts';
import { behind, consumerGroups, type GroupLag } from '../consumer-groups.js';
import { type Installation, install } from '../installation.js';
import { ROOT, type Service, until } from '../processes.js';

export interface Task {
  readonly pipeline: string;
  readonly ms?: number;
  readonly give?: number;
  readonly then?: number;
  readonly pad?: string;
}

/** The port of nobody. */
const NOBODY = 1;
/** A connection on which nothing happens tells PostgreSQL's statistics what it did within ten seconds (PGSTAT_IDLE_INTERVAL). */
const IDLE_STATISTICS_MS = 11_000;
const IDLE_SECONDS = 10;

/** An installation with one stage and one partition a topic, little heap for each service, and a network to its database that can be slow or gone. */
export class Scene implements AsyncDisposable {
  private constructor(
    readonly installation: Installation,
    readonly network: Proxy,
    private readonly database: { there: boolean },
  ) {}

  static async open(options: { heapMb: number }): Promise<Scene> {
    const database = { there: true };
    const port = Number(new URL(present(process.env['DATABASE_URL'], 'DATABASE_URL')).port || 5432);
    const network = await Proxy.open({ to: () => (database.there ? port : NOBODY), speaksKafka: false });
    const installation = await install({
      stages: [],
      others: { work: 'e2e/dist/pressure/stage-main.js' },
      databaseFor: (url) => Object.assign(new URL(url), { port: String(network.port) }).href,
      env: {
        PIPELINES: pathToFileURL(`${ROOT}e2e/dist/pressure/pipelines.js`).href,
        TOPIC_PARTITIONS: '1',
        NODE_OPTIONS: `--max-old-space-size=${options.heapMb}`,
      },
    });
    return new Scene(installation, network, database);
  }

  service(name: 'coordinator' | 'gateway' | 'work'): Service {
    return present(this.installation.services.get(name), `service ${name}`);
  }

  get pids(): readonly (number | undefined)[] {
    return [...this.installation.services.values()].map(({ pid }) => pid);
  }

  /** Lets services find their database, or not; their connections break when it goes. */
  set databaseIsThere(there: boolean) {
    this.database.there = there;
    if (!there) this.network.cut(() => true);
  }

  /** Asks for runs by Kafka; their idempotency keys are `name-0` and so on. */
  async ask(name: string, count: number, { pipeline, ...task }: Task): Promise<void> {
    const value = JSON.stringify({ ms: 0, give: 0, then: 0, ...task });
    for (let n = 0; n < count; n += 1_000) {
      const records = Array.from({ length: Math.min(1_000, count - n) }, (_, i) => ({
        topic: this.installation.topics.intake,
        key: null,
        value,
        headers: { pipeline, 'idempotency-key': `${name}-${n + i}` },
      }));
      await this.installation.broker.publish(records);
    }
  }

  /** Returns the number of a pipeline's runs in each status. */
  async statuses(pipeline: string): Promise<Readonly<Record<string, number>>> {
    const { rows } = await this.installation.database.query<{ status: string; n: number }>(
      'select status, count(*)::int as n from runs where pipeline = $1 group by status',
      [pipeline],
    );
    return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
  }

  /** The codes of failures that parked runs of a pipeline. */
  async codes(pipeline: string): Promise<readonly string[]> {
    const { rows } = await this.installation.database.query<{ code: string }>(
      `select letter::json->'failure'->>'code' as code from dead_letters where pipeline = $1 order by at`,
      [pipeline],
    );
    return rows.map(({ code }) => code);
  }

  /** Returns the counters of PostgreSQL for our database. */
  private async done(): Promise<{ transactions: number; read: number }> {
    const { rows } = await this.installation.database.query<{ transactions: number; read: number }>(
      `select (xact_commit + xact_rollback)::int as transactions, (tup_returned + tup_fetched)::int as read
       from pg_stat_database where datname = current_database()`,
    );
    return present(rows[0], 'statistics of the database');
  }

  /** Measures the cost of an idle installation over some seconds. */
  async idle(): Promise<Idle> {
    await sleep(IDLE_STATISTICS_MS); // What was done before is in them by then.
    const before = { ...(await this.done()), cpu: cpuOf(this.service('coordinator')) };
    await sleep(IDLE_SECONDS * 1_000);
    const after = { ...(await this.done()), cpu: cpuOf(this.service('coordinator')) };
    const per = (name: keyof typeof before) => (after[name] - before[name]) / IDLE_SECONDS;
    return { transactions: per('transactions'), read: per('read'), cpuMs: per('cpu') };
  }

  /** Returns Kafka's own report on each group's lag. */
  lag(): Promise<readonly GroupLag[]> {
    return consumerGroups(present(process.env['KAFKA_BROKERS'], 'KAFKA_BROKERS'), this.installation.prefix);
  }

  /** Resolves once Kafka says that every group has read all there is. */
  async caughtUp(): Promise<void> {
    const groups = groupsOf(this.installation.prefix);
    const all = [groups.intake, groups.runs, groups.deadLetters, groups.stage('work')];
    let last: unknown;
    await until('Kafka says that nobody is behind', async () => {
      const said = await this.lag();
      last = { behind: behind(said), groups: [...new Set(said.map(({ group }) => group))].sort() };
      return behind(said).length === 0 && all.every((group) => said.some((one) => one.group === group));
    }).catch((cause: unknown) => {
      throw new Error(`Kafka says: ${JSON.stringify(last)}`, { cause });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.installation[Symbol.asyncDispose]();
    await this.network[Symbol.asyncDispose]();
  }
}

/** The cost of an idle second: transactions and rows read in PostgreSQL, processor time of the coordinator. */
export interface Idle {
  readonly transactions: number;
  readonly read: number;
  readonly cpuMs: number;
}

/** The sum of a metric over its labels that match; undefined where there is none. */
export async function metric(service: Service, name: string, labels: Readonly<Record<string, string>> = {}) {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const fitting = lines.filter((line) =>
    Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)),
  );
  return fitting.length === 0 ? undefined : fitting.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

export const rssOf = async (service: Service): Promise<number> =>
  present(await metric(service, 'millrace_process_memory_bytes', { kind: 'rss' }), 'metric of the memory');

/** Processor time of a process, in milliseconds. */
function cpuOf({ pid }: Service): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').slice(1).join(') ').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
