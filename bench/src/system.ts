import type { BenchClient } from './client.js';
import type { BenchEnvironment } from './config.js';
import type { Workload } from './works.js';

/** The surroundings of a system under measurement. Each measurement has a name of its own, for topics and the like. */
export interface BenchContext {
  /** Unique on this machine; letters, digits and `-`. */
  readonly name: string;
  /** As `host:port`, where the system needs Kafka. */
  readonly brokers: readonly string[];
  /** An empty database of this measurement's own, where the system needs PostgreSQL. */
  readonly databaseUrl: string;
  /** An empty folder of this measurement's own. */
  readonly dataDir: string;
  /** The folder for CPU profiles of the processes, if any. */
  readonly cpuProfiles: string | undefined;
}

/**
 * Something that carries runs through steps: started once, for one work, in a process of its own, the client's. Resolves
 * when runs can be asked for. `ending` ends what it begins.
 */
export type System = (work: Workload, at: BenchContext, ending: AsyncDisposableStack) => Promise<BenchClient>;

/** The program that a system's server is. `instead` names the setting that gives a server which runs already. */
export interface SystemProgram {
  readonly name: string;
  readonly instead: keyof BenchEnvironment;
  readonly remedy: string;
  /** The package and version that `go install` builds the program from, where it is not on the PATH and Go is there. */
  readonly goPackage?: string;
}

/** A system as it is chosen and described; its module is loaded where it is measured, and nowhere else. */
export interface SystemEntry {
  readonly name: string;
  /** It is in a folder of ../peers, with packages of its own. */
  readonly peer?: true;
  /** It is measured only where `--systems` names it. */
  readonly byNameOnly?: true;
  /** A server that it starts for itself, where the environment names none. */
  readonly program?: SystemProgram;
  /** The processes that it runs in, besides the servers of `store`; for people, as the two that follow. */
  readonly processes: string;
  /** Says where runs are stored, and when they are durable. */
  readonly store: string;
  /** Says what a step is, where one follows another, and which settings differ from the defaults. */
  readonly step: string;
  readonly needs: readonly ('kafka' | 'postgres')[];
  /** Every result comes once, whatever happens: a repeated one is an error of the system. */
  readonly exactlyOnce: boolean;
  /** The most parallel steps that it is asked for; 0 where it has no parallel steps. */
  readonly mostAtOnce: number;
  /** The share of the runs of `seven-steps` at saturation that it is asked for, so that slow systems end in time; defaults to all. */
  readonly share?: number;
  load(): Promise<System>;
}
