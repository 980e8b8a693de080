// A process of its own for each measurement, so that none inherits another's garbage, compiled code or connections.
import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '@millrace/contracts';
import { beChild } from './child.js';
import type { BenchClient } from './client.js';
import { processesUnder, usedBetween } from './processes.js';
import { NOT_READY, type Sample } from './sample.js';
import { percentile } from './statistics.js';
import type { BenchContext } from './system.js';
import { SYSTEMS } from './systems/all.js';
import type { Workload } from './works.js';

export interface MeasureOptions {
  readonly system: string;
  readonly work: Workload;
  readonly at: BenchContext;
}

/** Servers of their own included. */
const START_MS = 60_000;
const WARM_UP_SINGLES = 10;
/** Single runs in each of which thousands of items were done are warm enough. */
const WARM_UP_MAPS = 2;
const WARM_UP_BATCH = 0.2;
const HISTORY_PORTION = 10_000;
/** Between single runs, so that what the one before has left to do is done. */
const PAUSE_MS = 10;

beChild<MeasureOptions>(async ({ system: name, work, at }, ending) => {
  const start = await present(
    SYSTEMS.find((entry) => entry.name === name),
    `system "${name}"`,
  ).load();
  let client: BenchClient;
  try {
    client = await Promise.race([start(work, at, ending), late()]);
  } catch (error) {
    process.stderr.write(
      `${name} did not come up: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return NOT_READY;
  }
  for (let done = 0; done < work.history; done += HISTORY_PORTION)
    await client.saturate(Math.min(HISTORY_PORTION, work.history - done));
  await singles(client, Math.min(work.shape === 'map' ? WARM_UP_MAPS : WARM_UP_SINGLES, work.samples));
  const times = await singles(client, work.samples);
  const batch = work.batch > 0 ? await saturated(client, work.batch) : undefined;
  const sample: Sample = {
    runsPerSecond: batch && (work.batch / batch.ms) * 1_000,
    p50Ms: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    p99Ms: percentile(times, 0.99),
    repeated: batch?.repeated ?? 0,
    used: batch?.used ?? [],
  };
  return sample;
});

async function late(): Promise<never> {
  await sleep(START_MS, undefined, { ref: false });
  throw new Error(`it was not ready after ${START_MS / 1000} s`);
}

async function singles(client: BenchClient, n: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < n; i++) {
    times.push(await client.single());
    await sleep(PAUSE_MS);
  }
  return times;
}

async function saturated(client: BenchClient, n: number) {
  await client.saturate(Math.ceil(n * WARM_UP_BATCH));
  // Our parent has started all servers, those that the environment names aside, and does nothing itself meanwhile.
  const processes = () => processesUnder(process.ppid, process.ppid);
  const before = processes();
  const saturation = await client.saturate(n);
  const used = usedBetween(before, processes());
  return { ...saturation, used: used.map((one) => ({ ...one, cpuMs: one.cpuMs / n })) };
}
