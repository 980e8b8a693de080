import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Proxy } from '@millrace/broker-kafka/proxy';
import { groupsOf } from '@millrace/contracts';
import { behind, consumerGroups } from './consumer-groups.js';
import { type Installation, install } from './installation.js';
import { ROOT, type Service, until } from './processes.js';

/** How many records wait behind the slow stage. */
const WAITING = Number(process.env['E2E_WAITING'] ?? 100_000);
/** How many runs wait for people. */
const ASKED = Number(process.env['E2E_ASKED'] ?? 10_000);
const MINUTES = 60_000;
const MB = 1024 * 1024;
/** The heap that each service gets: whoever keeps what waits in memory dies of it. */
const HEAP_MB = 96;
/** With code, stacks, and buffers outside the heap. */
const MOST_RSS = 400 * MB;

interface Task {
  readonly pipeline: string;
  readonly ms?: number;
  readonly give?: number;
  readonly then?: number;
  readonly pad?: string;
}

const realPort = () => Number(new URL(process.env['DATABASE_URL']!).port || 5432);
/** The port of nobody. */
const NOBODY = 1;

let databasePort: () => number = realPort;
let proxy: Proxy;
let house: Installation;
beforeAll(async () => {
  const behindProxy = (url: string) => {
    const at = new URL(url);
    at.port = String(proxy.port);
    return at.href;
  };
  proxy = await Proxy.open({ to: () => databasePort(), speaksKafka: false });
  house = await install({
    stages: { work: 'e2e/dist/pressure/stage-main.js' },
    databaseFor: behindProxy,
    env: {
      PIPELINES: pathToFileURL(`${ROOT}e2e/dist/pressure/pipelines.js`).href,
      TOPIC_PARTITIONS: '1',
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
    },
  });
}, 4 * MINUTES);
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await proxy?.[Symbol.asyncDispose]();
}, MINUTES);

const service = (name: string): Service => house.services.get(name)!;

/** Asks for runs by Kafka; their idempotency keys are `name-0` and so on. */
async function ask(name: string, count: number, { pipeline, ...task }: Task): Promise<void> {
  const value = JSON.stringify({ ms: 0, give: 0, then: 0, ...task });
  for (let n = 0; n < count; n += 1_000) {
    const records = Array.from({ length: Math.min(1_000, count - n) }, (_, i) => ({
      topic: house.topics.intake,
      key: null,
      value,
      headers: { pipeline, 'idempotency-key': `${name}-${n + i}` },
    }));
    await house.broker.publish(records);
  }
}

/** How many runs of a pipeline have each status. */
async function statuses(pipeline: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await house.database.query<{ status: string; n: number }>(
    'select status, count(*)::int as n from runs where pipeline = $1 group by status',
    [pipeline],
  );
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
}

/** The codes of failures that parked runs of a pipeline. */
async function codes(pipeline: string): Promise<readonly string[]> {
  const { rows } = await house.database.query<{ code: string }>(
    `select letter::json->'failure'->>'code' as code from dead_letters where pipeline = $1 order by at`,
    [pipeline],
  );
  return rows.map(({ code }) => code);
}

/** The sum of a metric over its labels that match; undefined where there is none. */
async function metric(of: Service, name: string, labels: Readonly<Record<string, string>> = {}) {
  const text = await (await fetch(`${of.url}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const fitting = lines.filter((line) =>
    Object.entries(labels).every(([key, value]) => line.includes(`${key}="${value}"`)),
  );
  return fitting.length === 0 ? undefined : fitting.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const rssOf = async (of: Service) => (await metric(of, 'millrace_process_memory_bytes', { kind: 'rss' }))!;
const pids = () => [...house.services.values()].map(({ pid }) => pid);

/** Processor time of a process, in milliseconds. */
function cpuOf({ pid }: Service): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** What PostgreSQL has done in our database. */
async function done(): Promise<{ transactions: number; read: number }> {
  const { rows } = await house.database.query<{ transactions: number; read: number }>(
    `select (xact_commit + xact_rollback)::int as transactions, (tup_returned + tup_fetched)::int as read
     from pg_stat_database where datname = current_database()`,
  );
  return rows[0]!;
}

/** What nothing to do costs, over some seconds. */
async function idle() {
  const SECONDS = 10;
  await sleep(3_000); // What was done before is in the statistics by then.
  const before = { ...(await done()), cpu: cpuOf(service('coordinator')) };
  await sleep(SECONDS * 1_000);
  const after = { ...(await done()), cpu: cpuOf(service('coordinator')) };
  const per = (name: keyof typeof before) => (after[name] - before[name]) / SECONDS;
  return { transactions: per('transactions'), read: per('read'), cpuMs: per('cpu') };
}

async function expectNoLag(): Promise<void> {
  const groups = groupsOf(house.prefix);
  const all = [groups.intake, groups.runs, groups.deadLetters, groups.stage('work')];
  let last: unknown;
  await until('Kafka says that nobody is behind', async () => {
    const said = await consumerGroups(process.env['KAFKA_BROKERS']!, house.prefix);
    last = { behind: behind(said), groups: [...new Set(said.map(({ group }) => group))].sort() };
    return behind(said).length === 0 && all.every((group) => said.some((one) => one.group === group));
  }).catch((cause: unknown) => {
    throw new Error(`Kafka says: ${JSON.stringify(last)}`, { cause });
  });
}

const tell = (figures: object) => process.stdout.write(`${JSON.stringify(figures)}\n`);

test(
  'a step that never ends holds up nobody until the window is full, which shows; its deadline ends it; then lag is 0',
  async () => {
    const quick = 5_000;
    await ask('stuck', 1, { pipeline: 'one', ms: -1 });
    await until('it is under way', async () => (await metric(service('work'), 'millrace_in_flight')) === 1);
    await ask('beside', quick, { pipeline: 'one' });
    await until('the window is full', async () => (await metric(service('work'), 'millrace_window_full_total')) === 1);
    const intake = { topic: house.topics.intake };
    await until('all are taken on', async () => {
      const { running = 0, completed = 0 } = await statuses('one');
      return running + completed > quick && (await metric(service('coordinator'), 'millrace_backlog', intake)) === 0;
    });
    const topic = house.topics.stage('work');
    const completed = await until('what was taken is done', async () => {
      const { completed } = await statuses('one');
      const committed = await metric(service('work'), 'millrace_committed_records_total', { topic });
      return (await metric(service('work'), 'millrace_in_flight')) === 1 && committed === completed && completed;
    });
    const backlog = (await metric(service('work'), 'millrace_backlog', { topic }))!;
    const kafka = await consumerGroups(process.env['KAFKA_BROKERS']!, house.prefix);
    const lag = kafka.find((one) => one.topic === topic)!.lag;
    tell({ completed, backlog, lag });
    expect(completed).toBeGreaterThan(4_000);
    expect(completed).toBeLessThan(4_096);
    // Kafka counts from the mark, which the one holds back. The metric counts what is left to do, and the ends of the
    // coordinator's transactions that nobody has read yet: one for some hundred records.
    expect(backlog).toBeGreaterThanOrEqual(quick + 1 - completed);
    expect(backlog).toBeLessThanOrEqual(quick + 1 - completed + 10);
    await until('all others are done', async () => (await statuses('one'))['completed'] === quick, 3 * MINUTES);
    await until('the one is given up', async () => (await statuses('one'))['dead-lettered'] === 1);
    expect(await codes('one')).toEqual(['STAGE_TIMED_OUT']);
    await expectNoLag();
  },
  6 * MINUTES,
);

describe('a record up to the broker’s limit is carried, and a larger one is told of in clear words', () => {
  const fits = 1_000_000;
  const limit = () => house.broker.maxRecordBytes;
  /** Within the limit, but not with what a command needs besides. */
  const almost = () => limit() - 300;

  const outcome = async (pipeline: string, task: Omit<Task, 'pipeline'>) => {
    const before = await statuses(pipeline);
    const total = (of: Readonly<Record<string, number>>) =>
      Object.entries(of).reduce((sum, [status, n]) => (status === 'running' ? sum : sum + n), 0);
    await ask(`limit-${pipeline}-${total(before)}`, 1, { pipeline, ...task });
    const after = await until('the run has ended', async () => {
      const now = await statuses(pipeline);
      return total(now) > total(before) && now;
    });
    return after['completed'] === (before['completed'] ?? 0) + 1 ? 'completed' : (await codes(pipeline)).at(-1);
  };

  test('what a run is asked with', async () => {
    expect(await outcome('one', { pad: 'p'.repeat(fits) })).toBe('completed');
    expect(await outcome('one', { pad: 'p'.repeat(almost()) })).toBe('RECORD_TOO_LARGE');
    await expect(ask('beyond', 1, { pipeline: 'one', pad: 'p'.repeat(limit()) })).rejects.toThrow(
      /RECORD_TOO_LARGE|takes at most/,
    );
    const body = JSON.stringify({ pipeline: 'one', input: { ms: 0, give: 0, then: 0, pad: 'p'.repeat(2 * MB) } });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${house.gateway}/v1/runs`, { method: 'POST', headers, body })).status).toBe(413);
  });

  test('what a stage gives', async () => {
    expect(await outcome('one', { give: fits })).toBe('completed');
    expect(await outcome('one', { give: almost() })).toBe('STAGE_OUTPUT_TOO_LARGE');
    expect(await outcome('one', { give: 3 * MB })).toBe('STAGE_OUTPUT_TOO_LARGE');
  });

  test('what travels along for a later step', async () => {
    expect(await outcome('handed-off', { pad: 'p'.repeat(300_000), give: 300_000, then: fits })).toBe('completed');
    expect(await outcome('handed-off', { pad: 'p'.repeat(700_000), give: 700_000 })).toBe('STAGE_OUTPUT_TOO_LARGE');
  });

  test('what comes together in a join, and in the end', async () => {
    expect(await outcome('joined', { give: fits })).toBe('completed');
    expect(await outcome('gathered', { give: 700_000, then: 700_000 })).toBe('completed');
    const { rows } = await house.database.query<{ id: string }>(`select id from runs where pipeline = 'gathered'`);
    const run = (await (await fetch(`${house.gateway}/v1/runs/${rows[0]!.id}`)).json()) as {
      output: { left: string; right: string };
    };
    expect([run.output.left.length, run.output.right.length]).toEqual([700_000, 700_000]);
  });

  test('and nobody was ended or held up by any of it', async () => {
    await expectNoLag();
  });
});

test(
  'a slow PostgreSQL slows the intake of runs, and costs neither memory nor a partition; afterwards all of them are done',
  async () => {
    const count = 10_000;
    const before = {
      pids: pids(),
      takeovers: await metric(service('coordinator'), 'millrace_partition_takeovers_total'),
    };
    const already = (await statuses('one'))['completed']!;
    proxy.change({ latencyMs: 300, bytesPerSecond: 2_000_000 });
    await ask('slow', count, { pipeline: 'one', pad: 'p'.repeat(2_000) });
    let [most, waited] = [0, 0];
    for (let i = 0; i < 15; i++) {
      await sleep(1_000);
      most = Math.max(most, await rssOf(service('coordinator')));
      waited = Math.max(
        waited,
        (await metric(service('coordinator'), 'millrace_backlog', { topic: house.topics.intake })) ?? 0,
      );
    }
    proxy.heal();
    tell({ coordinatorRssMb: Math.round(most / MB), intakeBacklog: waited });
    await until(
      'all runs have ended',
      async () => (await statuses('one'))['completed'] === already + count,
      4 * MINUTES,
    );
    expect(waited).toBeGreaterThan(0);
    expect(most).toBeLessThan(MOST_RSS);
    expect({
      pids: pids(),
      takeovers: await metric(service('coordinator'), 'millrace_partition_takeovers_total'),
    }).toEqual(before);
    await expectNoLag();
  },
  6 * MINUTES,
);

test(
  'coordinator and gateway that start without their database live, are not ready, and begin when it is there',
  async () => {
    const both = [service('coordinator'), service('gateway')];
    databasePort = () => NOBODY;
    proxy.cut(() => true);
    await Promise.all(both.map((one) => one.kill9()));
    const started = pids();
    for (const one of both) {
      await until('it says that it waits', () => one.said.includes('The database cannot be reached yet.'));
      expect((await fetch(`${one.url}/livez`)).status).toBe(200);
      expect((await fetch(`${one.url}/readyz`)).status).toBe(503);
    }
    databasePort = realPort;
    for (const one of both) await one.ready();
    expect(pids()).toEqual(started);
  },
  3 * MINUTES,
);

test(
  `${ASKED} runs that wait for people cost nothing: not memory, not processor time, not a question to PostgreSQL, not at the start`,
  async () => {
    const restarted = async () => {
      await service('coordinator').kill9();
      const since = performance.now();
      await service('coordinator').ready();
      return Math.round(performance.now() - since);
    };
    const empty = { startMs: await restarted(), ...(await idle()), rss: await rssOf(service('coordinator')) };
    await ask('asked', ASKED, { pipeline: 'asked' });
    await until('all of them wait', async () => (await statuses('asked'))['waiting'] === ASKED, 3 * MINUTES);
    const waiting = { startMs: await restarted(), ...(await idle()), rss: await rssOf(service('coordinator')) };
    tell({ empty, waiting });
    expect(waiting.transactions).toBeLessThan(empty.transactions * 1.5 + 2);
    // To look at each of them twice a second would be twenty times as much.
    expect(waiting.read).toBeLessThan(empty.read + ASKED / 10);
    expect(waiting.rss).toBeLessThan(empty.rss + 40 * MB);
    await expectNoLag();
  },
  6 * MINUTES,
);

test(
  `${WAITING} records that wait behind one slow stage stay in Kafka: nobody keeps them in memory`,
  async () => {
    const before = pids();
    await ask('waiting', WAITING, { pipeline: 'one', ms: 3_000, pad: 'p'.repeat(4_000) });
    const most = new Map<string, number>();
    const watch = async () => {
      for (const [name, one] of house.services) most.set(name, Math.max(most.get(name) ?? 0, await rssOf(one)));
    };
    await until(
      'the coordinator has taken all on',
      async () => {
        await watch();
        return (await metric(service('coordinator'), 'millrace_backlog', { topic: house.topics.intake })) === 0;
      },
      10 * MINUTES,
    );
    const backlog = (await metric(service('work'), 'millrace_backlog', { topic: house.topics.stage('work') }))!;
    await watch();
    tell({ backlog, rssMb: Object.fromEntries([...most].map(([name, rss]) => [name, Math.round(rss / MB)])) });
    expect(backlog).toBeGreaterThan(WAITING * 0.8);
    for (const rss of most.values()) expect(rss).toBeLessThan(MOST_RSS);
    expect(pids()).toEqual(before);
  },
  12 * MINUTES,
);
