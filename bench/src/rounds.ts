import { startChild } from './child.js';
import type { MeasureOptions } from './measure.js';
import type { Options } from './options.js';
import { type BenchOutcome, outcomeOf } from './outcome.js';
import { NOT_READY, type Sample } from './sample.js';
import type { BenchServers } from './servers.js';
import type { SystemEntry } from './system.js';
import { titleOf, variantsOf, type Workload, workNamed } from './works.js';

export interface RoundsOptions {
  readonly options: Options;
  readonly servers: BenchServers;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** The number of times that a system is started before it is given up. */
const STARTS = 3;

interface Measurement {
  readonly system: SystemEntry;
  readonly work: Workload;
  readonly samples: Sample[];
}

/** Measures every system at every work, once a round and the first work once more before; in each round another system is first. */
export async function measureAll(options: RoundsOptions): Promise<readonly BenchOutcome[]> {
  const { systems, works, rounds, runs, vary } = options.options;
  const all = works
    .map((name) => workNamed(name, runs))
    .flatMap((work) => (vary ? variantsOf(work, vary) : [work]))
    .map((work) =>
      systems
        .filter((system) => work.shape === 'sequence' || work.steps <= system.mostAtOnce)
        .map((system): Measurement => ({ system, work: ownShare(work, system), samples: [] })),
    );
  await warmUp(all[0] ?? [], options);
  for (let round = 0; round < rounds; round++) {
    for (const sideBySide of all) {
      for (const measurement of rotated(sideBySide, round)) {
        options.signal.throwIfAborted();
        const sample = await measure(measurement, options);
        measurement.samples.push(sample);
        options.log(
          `round ${round + 1} of ${rounds}, ${titleOf(measurement.work)}, ${measurement.system.name}: ${said(sample)}`,
        );
      }
    }
  }
  return all.flat().map(({ system, work, samples }) => outcomeOf(system, work, samples));
}

/** A batch that is small anyway is the same for all. */
function ownShare(work: Workload, { share = 1 }: SystemEntry): Workload {
  return work.name === 'seven-steps' ? { ...work, batch: Math.ceil(work.batch * share) } : work;
}

/** Once, not counted, for the servers' sake: a Kafka that was just started spends most of its time on compiling itself. */
async function warmUp(measurements: readonly Measurement[], options: RoundsOptions): Promise<void> {
  for (const measurement of measurements.filter(({ system }) => system.needs.length > 0 && !system.peer)) {
    options.signal.throwIfAborted();
    await measure(measurement, options);
    options.log(`warmed up with ${measurement.work.name}, ${measurement.system.name}`);
  }
}

/** Numbers measurements. Their names begin topics and databases, whose lengths are limited, so they say no more. */
let measured = 0;

/** Measures a system, and starts it anew if it does not come up: consumers of kafkajs give up for good on some errors of a broker that has just started. */
async function measure(measurement: Measurement, options: RoundsOptions): Promise<Sample> {
  const { system, work } = measurement;
  for (let start = 1; start <= STARTS; start++) {
    const name = `bench-${process.pid}-${++measured}-${system.name}`;
    const sample = await measureOnce(measurement, name, options);
    if (sample !== NOT_READY) return sample;
  }
  throw new Error(`${system.name} did not come up for ${work.name}, ${STARTS} times in a row.`);
}

async function measureOnce({ system, work }: Measurement, name: string, { servers, signal }: RoundsOptions) {
  await using place = await servers.place(name, system);
  const told: MeasureOptions = { system: system.name, work, at: place };
  await using child = startChild('./measure.js', { told, name: 'client', cpuProfiles: place.cpuProfiles });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return (await Promise.race([child.said, aborted])) as Sample | typeof NOT_READY;
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const first = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

const said = ({ runsPerSecond, p50Ms, p99Ms }: Sample): string =>
  `${runsPerSecond === undefined ? '' : `${Math.round(runsPerSecond)} runs/s, `}p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
