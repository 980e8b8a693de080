import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { present } from '@millrace/contracts';
import { Api } from './api.js';
import { install } from './installation.js';
import { ROOT, type Service, until } from './processes.js';

export interface QueuedOptions {
  /** Runs that are asked for at once. */
  readonly runs: number;
  /** Bytes of text in each request, and in each output of a step. */
  readonly bytes: number;
}

const BATCH = 1_000;
const MINUTES = 60_000;

/** Returns the most resident memory that a process has had so far, in MB. */
const peakMbOf = ({ pid }: Service): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);

/** Returns the processor time that a process has used, in seconds: the clock ticks of Linux are 10 ms. */
function cpuSecondsOf({ pid }: Service): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').slice(1).join(') ').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/**
 * Asks for many runs while their stage is paused, and then lets the stage work. Prints the coordinator's peak memory, its
 * processor time, and the runs per second, of taking them on and of the whole.
 */
export async function queued({ runs, bytes }: QueuedOptions): Promise<void> {
  await using installation = await install({
    stages: [],
    others: { work: 'e2e/dist/pressure/stage-main.js' },
    env: { PIPELINES: pathToFileURL(`${ROOT}e2e/dist/pressure/pipelines.js`).href },
  });
  const coordinator = present(installation.services.get('coordinator'), 'coordinator');
  const { pid } = coordinator;
  const api = new Api(installation.gateway);
  const started = peakMbOf(coordinator);
  const cpuBefore = cpuSecondsOf(coordinator);
  await api.post('/v1/stages/work/pause', { by: 'queued' });
  const statuses = async (where: string): Promise<number> => {
    const query = `select count(*)::int as n from runs where ${where}`;
    return present((await installation.database.query<{ n: number }>(query)).rows[0], 'count of the runs').n;
  };
  const value = JSON.stringify({ ms: 0, give: bytes, then: bytes, pad: 'p'.repeat(bytes) });
  let since = performance.now();
  for (let n = 0; n < runs; n += BATCH)
    await installation.broker.publish(
      Array.from({ length: Math.min(BATCH, runs - n) }, (_, i) => ({
        topic: installation.topics.intake,
        key: null,
        value,
        headers: { pipeline: 'handed-off', 'idempotency-key': `queued-${n + i}` },
      })),
    );
  await until('all runs are taken on', async () => (await statuses('true')) === runs, 20 * MINUTES);
  const takenPerSecond = Math.round((runs / (performance.now() - since)) * 1_000);
  const queuedMb = peakMbOf(coordinator);
  await api.post('/v1/stages/work/resume', { by: 'queued' });
  since = performance.now();
  await until('all runs have completed', async () => (await statuses(`status = 'completed'`)) === runs, 20 * MINUTES);
  const endedPerSecond = Math.round((runs / (performance.now() - since)) * 1_000);
  if (coordinator.pid !== pid) throw new Error(`The coordinator was started anew.\n${coordinator.said}`);
  const peakMb = { started, queued: queuedMb, ended: peakMbOf(coordinator) };
  const cpuSeconds = cpuSecondsOf(coordinator) - cpuBefore;
  process.stdout.write(`${JSON.stringify({ runs, bytes, peakMb, cpuSeconds, takenPerSecond, endedPerSecond })}\n`);
}
