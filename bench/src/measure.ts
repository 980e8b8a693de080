// A process of its own for each measurement, so that none inherits another's garbage, compiled code or connections.
import { setTimeout as sleep } from 'node:timers/promises';
import { beChild } from './child.js';
import { percentile } from './statistics.js';
import type { Surroundings, System } from './system.js';
import { SYSTEMS } from './systems/all.js';
import type { Work } from './works.js';

export interface MeasureOptions {
  readonly system: string;
  readonly work: Work;
  readonly at: Surroundings;
}

/** One system at one work, once. */
export interface Sample {
  readonly runsPerSecond: number | undefined;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Results that came more than once. A result that does not come at all ends the benchmark. */
  readonly repeated: number;
}

const WARM_UP_SINGLES = 10;
const WARM_UP_BATCH = 0.2;
/** Between single runs, so that what the one before has left to do is done. */
const PAUSE_MS = 10;

beChild<MeasureOptions>(async ({ system: name, work, at }, ending) => {
  const system = await SYSTEMS.find((entry) => entry.name === name)!.open(at);
  ending.defer(() => system.stop());
  await system.start(work);
  await singles(system, Math.min(WARM_UP_SINGLES, work.samples));
  const times = await singles(system, work.samples);
  const batch = work.batch > 0 ? await saturated(system, work.batch) : undefined;
  const sample: Sample = {
    runsPerSecond: batch && (work.batch / batch.ms) * 1_000,
    p50Ms: percentile(times, 0.5),
    p95Ms: percentile(times, 0.95),
    p99Ms: percentile(times, 0.99),
    repeated: batch?.repeated ?? 0,
  };
  return sample;
});

async function singles(system: System, n: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < n; i++) {
    times.push(await system.single());
    await sleep(PAUSE_MS);
  }
  return times;
}

async function saturated(system: System, n: number) {
  await system.saturate(Math.ceil(n * WARM_UP_BATCH));
  return system.saturate(n);
}
