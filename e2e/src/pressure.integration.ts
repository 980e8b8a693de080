import { setTimeout as sleep } from 'node:timers/promises';
import { metric, rssOf, Scene, type Task } from './pressure/scene.js';
import { until } from './processes.js';

/** The number of records that wait behind the slow stage. */
const WAITING = Number(process.env['E2E_WAITING'] ?? 100_000);
/** The number of runs that wait for people. */
const ASKED = Number(process.env['E2E_ASKED'] ?? 10_000);
const MINUTES = 60_000;
const MB = 1024 * 1024;
/** The heap that each service gets: whoever keeps what waits in memory dies of it. */
const HEAP_MB = 96;
/** With code, stacks, and buffers outside the heap. */
const MOST_RSS = 400 * MB;
/** The most of a coordinator while runs are queued. */
const MOST_COORDINATOR_RSS = 250 * MB;

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ heapMb: HEAP_MB });
}, 4 * MINUTES);
afterAll(() => scene?.[Symbol.asyncDispose](), MINUTES);

const tell = (figures: object) => process.stdout.write(`${JSON.stringify(figures)}\n`);

test(
  'a step that never ends holds up nobody until the window is full, which shows; its deadline ends it; then lag is 0',
  async () => {
    const quick = 5_000;
    await scene.ask('stuck', 1, { pipeline: 'one', ms: -1 });
    await until('it is under way', async () => (await metric(scene.service('work'), 'millrace_in_flight')) === 1);
    await scene.ask('beside', quick, { pipeline: 'one' });
    await until(
      'the window is full',
      async () => (await metric(scene.service('work'), 'millrace_window_full_total')) === 1,
    );
    const intake = { topic: scene.installation.topics.intake };
    await until('all are taken on', async () => {
      const { running = 0, completed = 0 } = await scene.statuses('one');
      return (
        running + completed > quick && (await metric(scene.service('coordinator'), 'millrace_backlog', intake)) === 0
      );
    });
    const topic = scene.installation.topics.stage('work');
    const completed = await until('what was taken is done', async () => {
      const { completed } = await scene.statuses('one');
      const committed = await metric(scene.service('work'), 'millrace_committed_records_total', { topic });
      return (await metric(scene.service('work'), 'millrace_in_flight')) === 1 && committed === completed && completed;
    });
    const backlog = (await metric(scene.service('work'), 'millrace_backlog', { topic }))!;
    const kafka = await scene.lag();
    const lag = kafka.find((one) => one.topic === topic)!.lag;
    tell({ completed, backlog, lag });
    expect(completed).toBeGreaterThan(4_000);
    expect(completed).toBeLessThan(4_096);
    // Kafka counts from the mark, which the one holds back. The metric counts what is left to do, and the ends of the
    // coordinator's transactions that nobody has read yet: one for some hundred records.
    expect(backlog).toBeGreaterThanOrEqual(quick + 1 - completed);
    expect(backlog).toBeLessThanOrEqual(quick + 1 - completed + 10);
    await until('all others are done', async () => (await scene.statuses('one'))['completed'] === quick, 3 * MINUTES);
    await until('the one is given up', async () => (await scene.statuses('one'))['dead-lettered'] === 1);
    expect(await scene.codes('one')).toEqual(['STAGE_TIMED_OUT']);
    await scene.caughtUp();
  },
  6 * MINUTES,
);

describe('a record up to the broker’s limit is carried, and a larger one is told of in clear words', () => {
  const fits = 1_000_000;
  const limit = () => scene.installation.broker.maxRecordBytes;
  /** Within the limit, but not with what a command needs besides. */
  const almost = () => limit() - 300;

  const outcome = async (pipeline: string, task: Omit<Task, 'pipeline'>) => {
    const before = await scene.statuses(pipeline);
    const total = (counts: Readonly<Record<string, number>>) =>
      Object.entries(counts).reduce((sum, [status, n]) => (status === 'running' ? sum : sum + n), 0);
    await scene.ask(`limit-${pipeline}-${total(before)}`, 1, { pipeline, ...task });
    const after = await until('the run has ended', async () => {
      const now = await scene.statuses(pipeline);
      return total(now) > total(before) && now;
    });
    return after['completed'] === (before['completed'] ?? 0) + 1 ? 'completed' : (await scene.codes(pipeline)).at(-1);
  };

  test('what a run is asked with', async () => {
    expect(await outcome('one', { pad: 'p'.repeat(fits) })).toBe('completed');
    expect(await outcome('one', { pad: 'p'.repeat(almost()) })).toBe('RECORD_TOO_LARGE');
    await expect(scene.ask('beyond', 1, { pipeline: 'one', pad: 'p'.repeat(limit()) })).rejects.toThrow(
      /RECORD_TOO_LARGE|takes at most/,
    );
    const body = JSON.stringify({ pipeline: 'one', input: { ms: 0, give: 0, then: 0, pad: 'p'.repeat(2 * MB) } });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${scene.installation.gateway}/v1/runs`, { method: 'POST', headers, body })).status).toBe(413);
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
    const { rows } = await scene.installation.database.query<{ id: string }>(
      `select id from runs where pipeline = 'gathered'`,
    );
    const run = (await (await fetch(`${scene.installation.gateway}/v1/runs/${rows[0]!.id}`)).json()) as {
      output: { left: string; right: string };
    };
    expect([run.output.left.length, run.output.right.length]).toEqual([700_000, 700_000]);
  });

  test('and nobody was ended or held up by any of it', async () => {
    await scene.caughtUp();
  });
});

test(
  'a slow PostgreSQL slows the intake of runs, and costs neither memory nor a partition; afterwards all of them are done',
  async () => {
    const count = 10_000;
    const before = {
      pids: scene.pids,
      takeovers: await metric(scene.service('coordinator'), 'millrace_partition_takeovers_total'),
    };
    const already = (await scene.statuses('one'))['completed']!;
    scene.network.change({ latencyMs: 300, bytesPerSecond: 2_000_000 });
    await scene.ask('slow', count, { pipeline: 'one', pad: 'p'.repeat(2_000) });
    let [most, waited] = [0, 0];
    for (let i = 0; i < 15; i++) {
      await sleep(1_000);
      most = Math.max(most, await rssOf(scene.service('coordinator')));
      waited = Math.max(
        waited,
        (await metric(scene.service('coordinator'), 'millrace_backlog', { topic: scene.installation.topics.intake })) ??
          0,
      );
    }
    scene.network.heal();
    tell({ coordinatorRssMb: Math.round(most / MB), intakeBacklog: waited });
    await until(
      'all runs have ended',
      async () => (await scene.statuses('one'))['completed'] === already + count,
      4 * MINUTES,
    );
    expect(waited).toBeGreaterThan(0);
    expect(most).toBeLessThan(MOST_RSS);
    expect({
      pids: scene.pids,
      takeovers: await metric(scene.service('coordinator'), 'millrace_partition_takeovers_total'),
    }).toEqual(before);
    await scene.caughtUp();
  },
  6 * MINUTES,
);

test(
  'coordinator and gateway that start without their database live, are not ready, and begin when it is there',
  async () => {
    const both = [scene.service('coordinator'), scene.service('gateway')];
    scene.databaseIsThere = false;
    await Promise.all(both.map((one) => one.kill9()));
    const started = scene.pids;
    for (const one of both) {
      await until('it says that it waits', () => one.said.includes('The database cannot be reached yet.'));
      expect((await fetch(`${one.url}/livez`)).status).toBe(200);
      expect((await fetch(`${one.url}/readyz`)).status).toBe(503);
    }
    scene.databaseIsThere = true;
    for (const one of both) await one.ready();
    expect(scene.pids).toEqual(started);
  },
  3 * MINUTES,
);

test(
  `${ASKED} runs that wait for people cost nothing: not memory, not processor time, not a question to PostgreSQL, not at the start`,
  async () => {
    const restarted = async () => {
      await scene.service('coordinator').kill9();
      const since = performance.now();
      await scene.service('coordinator').ready();
      return Math.round(performance.now() - since);
    };
    const empty = {
      startMs: await restarted(),
      ...(await scene.idle()),
      rss: await rssOf(scene.service('coordinator')),
    };
    await scene.ask('asked', ASKED, { pipeline: 'asked' });
    await until('all of them wait', async () => (await scene.statuses('asked'))['waiting'] === ASKED, 3 * MINUTES);
    const waiting = {
      startMs: await restarted(),
      ...(await scene.idle()),
      rss: await rssOf(scene.service('coordinator')),
    };
    tell({ empty, waiting });
    expect(waiting.transactions).toBeLessThan(empty.transactions * 1.5 + 2);
    // To look at each of them twice a second would be twenty times as much.
    expect(waiting.read).toBeLessThan(empty.read + ASKED / 10);
    expect(waiting.rss).toBeLessThan(empty.rss + 40 * MB);
    await scene.caughtUp();
  },
  6 * MINUTES,
);

test(
  `${WAITING} records that wait behind one slow stage stay in Kafka: nobody keeps them in memory`,
  async () => {
    const before = scene.pids;
    await scene.ask('waiting', WAITING, { pipeline: 'one', ms: 3_000, pad: 'p'.repeat(4_000) });
    const most = new Map<string, number>();
    const watch = async () => {
      for (const [name, one] of scene.installation.services)
        most.set(name, Math.max(most.get(name) ?? 0, await rssOf(one)));
    };
    await until(
      'the coordinator has taken all on',
      async () => {
        await watch();
        return (
          (await metric(scene.service('coordinator'), 'millrace_backlog', {
            topic: scene.installation.topics.intake,
          })) === 0
        );
      },
      10 * MINUTES,
    );
    const backlog = (await metric(scene.service('work'), 'millrace_backlog', {
      topic: scene.installation.topics.stage('work'),
    }))!;
    await watch();
    tell({ backlog, rssMb: Object.fromEntries([...most].map(([name, rss]) => [name, Math.round(rss / MB)])) });
    expect(backlog).toBeGreaterThan(WAITING * 0.8);
    for (const rss of most.values()) expect(rss).toBeLessThan(MOST_RSS);
    expect(most.get('coordinator')).toBeLessThan(MOST_COORDINATOR_RSS);
    expect(scene.pids).toEqual(before);
  },
  12 * MINUTES,
);
