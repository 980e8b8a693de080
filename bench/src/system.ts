import type { Work } from './works.js';

/** What a system may need of its surroundings. Each measurement has a name of its own, for topics and the like. */
export interface Surroundings {
  /** Unique on this machine; letters, digits and `-`. */
  readonly name: string;
  /** As `host:port`, where the system needs Kafka. */
  readonly brokers: readonly string[];
  /** An empty database of this measurement's own, where the system needs PostgreSQL. */
  readonly databaseUrl: string;
  /** An empty folder of this measurement's own. */
  readonly dataDir: string;
  /** Where processes leave CPU profiles, if anywhere. */
  readonly cpuProfiles: string | undefined;
}

/** What came of runs that were all asked for at once. */
export interface Saturation {
  /** From the first request to the last result, as the client sees them. */
  readonly ms: number;
  /** Results that came more than once. */
  readonly repeated: number;
}

/**
 * Something that carries runs through steps. One instance is started once, for one work, in a process of its own: the
 * client's. Its methods are never called at the same time.
 */
export interface System {
  /** Resolves when runs can be asked for. */
  start(work: Work): Promise<void>;
  /** Asks for `n` runs at once and resolves when each has its result; rejects when results stop coming. */
  saturate(n: number): Promise<Saturation>;
  /** One run; milliseconds from asking for it to reading its result. */
  single(): Promise<number>;
  /** Ends what `start` began. */
  stop(): Promise<void>;
}

/** A system as it is chosen and described; the module behind `open` is loaded where it is measured, and nowhere else. */
export interface SystemEntry {
  readonly name: string;
  /** Which processes it runs in, for people. */
  readonly processes: string;
  readonly needs: readonly ('kafka' | 'postgres')[];
  /** Every result comes once, whatever happens: a repeated one is an error of the system. */
  readonly exactlyOnce: boolean;
  /** Steps can wait side by side on one partition, so that works of that kind make sense. */
  readonly parallelSteps: boolean;
  open(at: Surroundings): Promise<System>;
}
