import { type Cost, type Each, microsecondsOf } from './costs.js';

/** Transactions and bytes of a run without its payload, which comes on top in full. */
export interface Volume {
  readonly commits: number;
  readonly walBytes: number;
  readonly kafkaBytes: number;
}

export interface Demand {
  readonly runsPerSecond: number;
  readonly payloadBytes: number;
  /** The share of its time that a core is busy. */
  readonly load: number;
}

/** The most that one database server is given: these are choices, not measurements. */
export const DATABASE_SERVER = { cores: 16, walBytesPerSecond: 100e6, commitsPerSecond: 10_000 };
/** A partition less or more makes little difference to a process that owns so many. */
export const PARTITIONS_PER_PROCESS = 4;
export const REPLICAS = 3;

/** The payload stands in the request, in each of seven commands and events, and in the result. */
const KAFKA_COPIES = 16;
/** The request and each of seven outputs are kept in the history. */
const HISTORY_COPIES = 8;

/** The machines that a rate needs. */
export interface Needs {
  readonly partitions: number;
  readonly coordinators: number;
  readonly stages: number;
  readonly kafkaCores: number;
  /** Bytes that producers send to Kafka each second; each replica writes as many. */
  readonly kafkaBytesPerSecond: number;
  readonly postgresCores: number;
  readonly commitsPerSecond: number;
  readonly walBytesPerSecond: number;
  /** Databases, each of which has the runs of some of the partitions. */
  readonly shards: number;
}

export function needsOf(costs: Each<Cost>, volume: Volume, demand: Demand): Needs {
  const { runsPerSecond, payloadBytes, load } = demand;
  const microseconds = microsecondsOf(costs, { partitions: PARTITIONS_PER_PROCESS, processes: 1, payloadBytes });
  const cores = (program: keyof Each<number>): number => (runsPerSecond * microseconds[program]) / 1e6 / load;
  const coordinators = Math.ceil(cores('coordinator'));
  const stages = Math.ceil(cores('stages'));
  const commitsPerSecond = runsPerSecond * volume.commits;
  const walBytesPerSecond = runsPerSecond * (volume.walBytes + HISTORY_COPIES * payloadBytes);
  return {
    partitions: PARTITIONS_PER_PROCESS * Math.max(coordinators, stages),
    coordinators,
    stages,
    kafkaCores: cores('kafka'),
    kafkaBytesPerSecond: runsPerSecond * (volume.kafkaBytes + KAFKA_COPIES * payloadBytes),
    postgresCores: cores('postgres'),
    commitsPerSecond,
    walBytesPerSecond,
    shards: Math.ceil(
      Math.max(
        cores('postgres') / DATABASE_SERVER.cores,
        walBytesPerSecond / DATABASE_SERVER.walBytesPerSecond,
        commitsPerSecond / DATABASE_SERVER.commitsPerSecond,
      ),
    ),
  };
}
