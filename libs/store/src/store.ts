import type { Fact, Failure, RecoveryReport, RunStatus } from '@millrace/contracts';
import type { SlotChanges } from '@millrace/pipeline/engine';
import type { SignalChanges } from './signals.js';
import type { ScheduleRow } from './starts.js';
import type { DeploymentReader, PipelinePause } from './versions.js';

/** A run in a list: enough to show a line. */
export interface RunSummary {
  readonly id: string;
  readonly pipeline: string;
  readonly plan: string;
  readonly status: RunStatus;
  readonly acceptedAt: number;
  readonly endedAt: number | undefined;
  /** The run that this one does a step of. */
  readonly parent: string | undefined;
  /** Fallbacks or defaults gave what steps of it gave. */
  readonly degraded?: boolean;
}

/** A run's facts, in order; a fact's place in it (from 1) is its sequence number. */
export interface RunRecord extends RunSummary {
  readonly facts: readonly Fact[];
}

export interface Review {
  readonly run: string;
  readonly step: string;
  readonly kind: 'review' | 'signal';
  readonly pipeline: string;
  readonly since: number;
  readonly due: number | undefined;
  readonly show: unknown;
  readonly held?: Holding | undefined;
  /** The key by which a signal from a topic is looked up. */
  readonly correlation?: string | undefined;
}

/** Whom a review is for, and who has claimed it. */
export interface Holding {
  readonly assignee?: string | undefined;
  readonly group?: string | undefined;
  readonly claimedBy?: string | undefined;
}

/** A parked step, or a record that nobody could read (`run` is then undefined and `record` has what came). */
export interface DeadLetter {
  readonly id: string;
  /** `closed`: its run has ended without it. */
  readonly status: 'open' | 'redriven' | 'closed';
  readonly at: number;
  readonly failure: Failure;
  readonly run: string | undefined;
  readonly pipeline: string | undefined;
  readonly step: string | undefined;
  readonly stage: string | undefined;
  readonly attempts: number;
  readonly input: unknown;
  readonly record:
    | {
        readonly topic: string;
        readonly partition: number;
        readonly offset: number;
        readonly timestamp: number;
        /** base64. */
        readonly key: string | null;
        readonly value: string | null;
        readonly headers: Readonly<Record<string, string>>;
      }
    | undefined;
}

/** A page of a list, newest first. `before` is a cursor from the page before it. */
export interface PageRequest {
  readonly limit: number;
  readonly before?: string;
}
export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}

/** The position of a partition in the store. */
export interface Standing {
  /** The topic; for signals and gathered records the group that reads it. */
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
  /** The offset at which the last batch began. */
  readonly began: number;
}

/** The changes that one batch made to a run. */
export interface RunChange {
  readonly summary: RunSummary;
  /** The run is new: its row is made, unless somebody has made it. */
  readonly created: boolean;
  /** The sequence number of the first of `facts`. */
  readonly fromSeq: number;
  readonly facts: readonly Fact[];
  /** The run's row (its status, its end, its next timer) has to be written; most batches only add facts. */
  readonly row: boolean;
  /** When a timer of the run is next due; `undefined` for none. */
  readonly wakeAt: number | undefined;
  /** Waits that began, and the steps whose wait ended. */
  readonly waits: readonly Review[];
  readonly waited: readonly string[];
  /** Waits that others hold now, or nobody, or that last until another time. */
  readonly held?: readonly (Holding & { readonly step: string; readonly due: number | undefined })[];
}

/** The decisions of one batch of the coordinator, written in one transaction. */
export interface Commit {
  readonly topic: string;
  readonly partition: number;
  /** The position that the partition must have for the commit to count (compare-and-set), and the position afterwards. */
  readonly expected: number | null;
  readonly next: number;
  readonly changes: readonly RunChange[];
  readonly deadLetters: readonly DeadLetter[];
  readonly redriven: readonly string[];
  /** Dead letters of runs that have ended without them. */
  readonly closed?: readonly string[];
  /** For runs of pipelines that may only have so many at once. */
  readonly places?: SlotChanges | undefined;
  readonly signals?: SignalChanges | undefined;
  /** The records to publish, kept until the next commit of this partition, in case this process dies before publishing. */
  readonly answer: Uint8Array;
}

export interface ReviewFilter extends Holding {
  readonly pipeline?: string | undefined;
  readonly kind?: 'review' | 'signal' | undefined;
}

/** Read side: what API and console show. */
export interface RunFilter {
  readonly status?: RunStatus;
  readonly pipeline?: string;
  /** Child runs of this one, instead of those that somebody asked for. */
  readonly parent?: string;
  readonly degraded?: boolean;
}

export interface StoreReader {
  /** Runs that somebody asked for; with `parent`, the child runs of one. */
  runs(filter: RunFilter & PageRequest): Promise<Paged<RunSummary>>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Facts of several runs past a sequence number, for live views. */
  factsAfter(after: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly Fact[]>>;
  reviews(filter: ReviewFilter & PageRequest): Promise<Paged<Review>>;
  deadLetters(filter: { status?: DeadLetter['status']; pipeline?: string } & PageRequest): Promise<Paged<DeadLetter>>;
  deadLetter(id: string): Promise<DeadLetter | undefined>;
  schedules(filter: { pipeline?: string | undefined }): Promise<readonly ScheduleRow[]>;
  readonly deployed: Pick<DeploymentReader, keyof DeploymentReader>;
  /** The current plan of each pipeline, and plans by hash. */
  pipelines(): Promise<readonly { name: string; plan: string; deployedAt: number; paused?: PipelinePause }[]>;
  plan(hash: string): Promise<unknown>;
  /** Returns the report of a recovery; undefined where there is none of that id. */
  recovery(id: string): Promise<RecoveryReport | undefined>;
  /** Returns the store's positions of the partitions of these topics. */
  standings(topics: readonly string[]): Promise<readonly Standing[]>;
  healthy(): Promise<boolean>;
}
