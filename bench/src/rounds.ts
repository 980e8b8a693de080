import { startChild } from './child.js';
import type { MeasureOptions, Sample } from './measure.js';
import type { Options } from './options.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { Servers } from './servers.js';
import type { SystemEntry } from './system.js';
import { type Work, workNamed } from './works.js';

export interface RoundsOptions {
  readonly options: Options;
  readonly servers: Servers;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

interface Measurement {
  readonly system: SystemEntry;
  readonly work: Work;
  readonly samples: Sample[];
}

/** Measures every system at every work, once a round and the first work once more before; in each round another system is first. */
export async function measureAll(of: RoundsOptions): Promise<readonly Outcome[]> {
  const { systems, works, rounds, runs } = of.options;
  const all = works
    .map((name) => workNamed(name, runs))
    .map((work) =>
      systems
        .filter((system) => system.parallelSteps || work.shape === 'sequence')
        .map((system): Measurement => ({ system, work, samples: [] })),
    );
  await warmUp(all[0] ?? [], of);
  for (let round = 0; round < rounds; round++) {
    for (const sideBySide of all) {
      for (const measurement of rotated(sideBySide, round)) {
        of.signal.throwIfAborted();
        const sample = await measure(measurement, of, round);
        measurement.samples.push(sample);
        of.log(
          `round ${round + 1} of ${rounds}, ${measurement.work.name}, ${measurement.system.name}: ${said(sample)}`,
        );
      }
    }
  }
  return all.flat().map(({ system, work, samples }) => outcomeOf(system, work, samples));
}

/** Once, not counted, for the servers' sake: a Kafka that was just started spends most of its time on compiling itself. */
async function warmUp(measurements: readonly Measurement[], of: RoundsOptions): Promise<void> {
  for (const measurement of measurements.filter(({ system }) => system.needs.length > 0)) {
    of.signal.throwIfAborted();
    await measure(measurement, of, 'warm-up');
    of.log(`warmed up with ${measurement.work.name}, ${measurement.system.name}`);
  }
}

async function measure({ system, work }: Measurement, { servers, signal }: RoundsOptions, round: number | 'warm-up') {
  const name = `bench-${process.pid}-${round}-${work.name}-${system.name}`;
  await using place = await servers.place(name, system);
  const told: MeasureOptions = { system: system.name, work, at: place };
  await using child = startChild('./measure.js', { told, cpuProfiles: place.cpuProfiles });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return (await Promise.race([child.said, aborted])) as Sample;
}

function rotated<T>(list: readonly T[], by: number): readonly T[] {
  const first = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

const said = ({ runsPerSecond, p50Ms, p99Ms }: Sample): string =>
  `${runsPerSecond === undefined ? '' : `${Math.round(runsPerSecond)} runs/s, `}p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
