import type { BenchOutcome } from '../outcome.js';
import { type Cost, costsOf, type Each, each, type Measurement, type Program } from './costs.js';

/** A measurement of `npm run bench -- --vary …`, and what it gave. */
export interface Reading extends Measurement {
  /** E.g. `partitions=16`. */
  readonly variant: string;
  readonly runsPerSecond: number;
  readonly p50Ms: number;
}

/** The works that are measured have the partitions, the payload and the processes of the benchmark unless they say otherwise. */
const USUAL = { partitions: 4, processes: 1, payloadBytes: 400 };
const FIELDS: Readonly<Record<string, keyof typeof USUAL>> = {
  partitions: 'partitions',
  processes: 'processes',
  payload: 'payloadBytes',
};
const NAMES: Each<string> = {
  coordinator: 'coordinator',
  stages: 'stages',
  kafka: 'Kafka',
  postgres: 'PostgreSQL',
  client: 'client',
};

/** The measurements that costs are taken from. */
const CALIBRATING = {
  few: 'partitions=1',
  many: 'partitions=16',
  more: 'processes=2',
  long: 'payload=200000',
} as const;

/** Returns the variants of `seven-steps` on Kafka among outcomes of the benchmark. */
export function readingsOf(outcomes: readonly BenchOutcome[]): readonly Reading[] {
  return outcomes.flatMap(({ system, work, runs, used, runsPerSecond, p50Ms }): readonly Reading[] => {
    const [, name = '', value = ''] = /^seven-steps, (\w+)=(\d+)$/.exec(work) ?? [];
    const field = FIELDS[name];
    if (system !== 'millrace-kafka' || field === undefined || runs === undefined || runsPerSecond === undefined)
      return [];
    const microsecondsIn = (program: Program) => used.find((one) => one.name === NAMES[program])?.cpuMicroseconds ?? 0;
    const shape = { ...USUAL, runs, [field]: Number(value) };
    return [{ variant: `${name}=${value}`, shape, microseconds: each(microsecondsIn), runsPerSecond, p50Ms }];
  });
}

/** @throws {Error} where one of the measurements that costs are taken from is missing */
export function costsFrom(readings: readonly Reading[]): Each<Cost> {
  const find = (wanted: string): Reading => {
    const found = readings.find(({ variant }) => variant === wanted);
    if (found) return found;
    throw new Error(
      `${wanted} was not measured: costs are taken from ${Object.values(CALIBRATING).join(', ')}. Measure it with npm run bench -- --systems millrace-kafka --works seven-steps --vary ${wanted} --json FILE`,
    );
  };
  const { few, many, more, long } = CALIBRATING;
  return costsOf({ few: find(few), many: find(many), more: find(more), long: find(long) });
}

export const isCalibrating = ({ variant }: Reading): boolean => Object.values<string>(CALIBRATING).includes(variant);

export const totalOf = (microseconds: Each<number>): number =>
  Object.values(microseconds).reduce((sum, one) => sum + one, 0);

/** Returns the cores that all programs of a measurement got together. On a machine that does other things they are fewer than it has. */
export const coresGot = ({ runsPerSecond, microseconds }: Reading): number =>
  (runsPerSecond * totalOf(microseconds)) / 1e6;
