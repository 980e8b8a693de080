import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { partitionFor } from '@millrace/broker';
import { present, runIdOf } from '@millrace/contracts';
import { type Installation, install } from './installation.js';
import { ROOT, type Service, until } from './processes.js';

export const CHANGES = ['kill', 'roll'] as const;
export const SERVICES = ['work', 'coordinator'] as const;

export interface OutageOptions {
  /** `kill`: one process gets SIGKILL. `roll`: each process in turn gets SIGTERM and is started again. */
  readonly change: (typeof CHANGES)[number];
  /** The service that it happens to; two processes of it run. */
  readonly service: (typeof SERVICES)[number];
  readonly sessionTimeoutMs: number;
  /** Runs that are asked for each second. */
  readonly rate: number;
  /** The time that the one step of a run takes. */
  readonly workMs: number;
}

const PIPELINE = 'one';
const STAGE = 'e2e/dist/pressure/stage-main.js';
const PARTITIONS = 4;
const TICK_MS = 50;
const BEFORE_MS = 5_000;
/** Between two restarts of a rolling restart. */
const APART_MS = 2_000;
/** After a change, until everything is as before. */
const AFTER_MS = 5_000;

/** One run as its caller sees it: when it was asked for, and when it ended. */
interface Seen {
  readonly partition: number;
  readonly askedAt: number;
  readonly endedAt: number;
}

/** Kills or restarts processes under a steady load, and prints how long runs took meanwhile and how long no run of a partition ended. */
export async function outage(options: OutageOptions): Promise<void> {
  const { change, service, sessionTimeoutMs, rate, workMs } = options;
  await using installation = await install({
    stages: [],
    twice: ['coordinator'],
    others: { 'work-1': STAGE, 'work-2': STAGE },
    env: {
      PIPELINES: pathToFileURL(`${ROOT}e2e/dist/pressure/pipelines.js`).href,
      TOPIC_PARTITIONS: String(PARTITIONS),
      KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    },
  });
  const stop = new AbortController();
  const load = publish(installation, options, stop.signal);
  await sleep(BEFORE_MS);
  const processes = ['1', '2'].map((n) => present(installation.services.get(`${service}-${n}`), `${service}-${n}`));
  const since = Date.now();
  if (change === 'kill') {
    await processes[0]?.kill9();
    await sleep(sessionTimeoutMs);
  } else for (const one of processes) await restart(one);
  const before = Date.now();
  await sleep(AFTER_MS);
  stop.abort();
  const seen = await ended(installation, await load);
  const during = seen.filter(({ askedAt }) => askedAt >= since - workMs && askedAt <= before);
  const took = during.map(({ askedAt, endedAt }) => endedAt - askedAt).sort((a, b) => a - b);
  const share = (number: number) => took[Math.min(took.length - 1, Math.floor(took.length * number))];
  process.stdout.write(
    `${JSON.stringify({
      ...{ change, service, sessionTimeoutMs, rate, workMs, runs: seen.length },
      askedToEndedMs: { p50: share(0.5), p95: share(0.95), longest: share(1) },
      longestWithoutAnEndMs: Array.from({ length: PARTITIONS }, (_, partition) => longestGap(seen, partition)),
    })}\n`,
  );
}

/** Ends a process in order, and waits until the one that takes its place is ready. */
async function restart(service: Service): Promise<void> {
  const { pid } = service;
  process.kill(present(pid, `process of ${service.name}`), 'SIGTERM');
  await until(`${service.name} has ended`, () => service.pid !== pid);
  await service.ready();
  await sleep(APART_MS);
}

/** Asks for runs at a steady rate until told to stop. Returns when each was asked for, by its id. */
async function publish(
  { broker, topics }: Installation,
  { rate, workMs }: OutageOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const asked = new Map<string, number>();
  const started = Date.now();
  const value = JSON.stringify({ ms: workMs, give: 10, then: 10 });
  for (; !signal.aborted; await sleep(TICK_MS)) {
    const due = Math.floor(((Date.now() - started) / 1_000) * rate);
    const records = Array.from({ length: due - asked.size }, (_, i) => {
      const key = `outage-${asked.size + i}`;
      return { topic: topics.intake, key, value, headers: { pipeline: PIPELINE, 'idempotency-key': key } };
    });
    for (const { key } of records) asked.set(runIdOf(PIPELINE, key), Date.now());
    if (records.length > 0) await broker.publish(records);
  }
  return asked;
}

async function ended({ database }: Installation, asked: ReadonlyMap<string, number>): Promise<readonly Seen[]> {
  const query = `select id, (extract(epoch from ended_at) * 1000)::float8 as at from runs where status = 'completed'`;
  const rows = await until('all runs have completed', async () => {
    const answer = await database.query<{ id: string; at: number }>(query);
    return answer.rows.length === asked.size && answer.rows;
  });
  return rows.map(({ id, at }) => ({
    partition: partitionFor(id, PARTITIONS),
    askedAt: present(asked.get(id), `request for ${id}`),
    endedAt: Math.round(at),
  }));
}

/** Returns the longest time in which no run of a partition of `runs` ended. A run's step is on the partition of that number, too. */
function longestGap(seen: readonly Seen[], partition: number): number {
  const times = seen.filter((one) => one.partition === partition).map(({ endedAt }) => endedAt);
  times.sort((a, b) => a - b);
  return Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? time)));
}
