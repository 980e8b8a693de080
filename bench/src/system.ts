import type { Client } from './client.js';
import type { Given } from './config.js';
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

/**
 * Something that carries runs through steps: started once, for one work, in a process of its own, the client's. Resolves
 * when runs can be asked for. `ending` ends what it begins.
 */
export type System = (work: Work, at: Surroundings, ending: AsyncDisposableStack) => Promise<Client>;

/** A system as it is chosen and described; its module is loaded where it is measured, and nowhere else. */
export interface SystemEntry {
  readonly name: string;
  /** It is in a folder of ../peers, with packages of its own. */
  readonly peer?: true;
  /** A server that it starts for itself, where the environment names none. */
  readonly program?: { readonly name: string; readonly instead: keyof Given; readonly remedy: string };
  /** Which processes it runs in, besides the servers of `store`; for people, as the two that follow. */
  readonly processes: string;
  /** Where runs are kept, and when that is safe. */
  readonly store: string;
  /** What a step is, where one follows another; other than default settings. */
  readonly step: string;
  readonly needs: readonly ('kafka' | 'postgres')[];
  /** Every result comes once, whatever happens: a repeated one is an error of the system. */
  readonly exactlyOnce: boolean;
  /** Of works whose steps go on all at once, those with at most so many steps are asked of it; 0 where it has no such steps. */
  readonly mostAtOnce: number;
  /** Of the runs of `seven-steps` at saturation it is asked for this share; all without it. So that slow ones end in time. */
  readonly share?: number;
  load(): Promise<System>;
}
