import type { Fact, FinerState, LetterFilter, RecoveryReport, RunStatus } from '@millrace/contracts';
import type { RunLabels } from './search/attributes.js';
import type { Facet, FacetRequest } from './search/facets.js';
import type { FoundRuns } from './search/find-runs.js';
import type { RunFilter } from './search/run-filter.js';
import type { Holding, Review, RunSummary } from './commit.js';
import type { Acts } from './letters/acts.js';
import type { JobsReader } from './letters/jobs-reader.js';
import type { GroupsRequest } from './letters/groups.js';
import type { KeptLetter, LetterGroup } from './letters/letter.js';
import type { HoldStanding } from './holds/hold-reader.js';
import type { Outcome } from './outcomes.js';
import type { PageRequest, Paged } from './page.js';
import type { ScheduleRow } from './starts.js';
import type { DeploymentReader, PipelinePause } from './versions.js';

/** A run's facts, in order; a fact's place in it (from 1) is its sequence number. */
export interface RunRecord extends RunSummary {
  readonly facts: readonly Fact[];
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

export interface ReviewFilter extends Holding {
  readonly pipeline?: string | undefined;
  readonly kind?: 'review' | 'signal' | undefined;
}

/** Numbers of rows: of runs that somebody asked for, of open waits, and of open dead letters. */
export interface Counts {
  readonly runs: Readonly<Record<RunStatus, number>>;
  /** The numbers of those of these runs that have a state which says more than their status. */
  readonly states: Readonly<Record<FinerState, number>>;
  readonly degraded: number;
  readonly reviews: number;
  readonly signals: number;
  readonly deadLetters: number;
}

/** Read side: what API and console show. */
export interface StoreReader {
  /** Runs that somebody asked for; with `parent`, the child runs of one. */
  runs(filter: RunFilter & PageRequest): Promise<Paged<RunSummary> & Partial<Pick<FoundRuns, 'searchedTo'>>>;
  /** Returns the attributes and tags of runs; runs without any are left out. */
  labels(runs: readonly string[]): Promise<ReadonlyMap<string, RunLabels>>;
  run(id: string): Promise<RunRecord | undefined>;
  /** Facts of several runs past a sequence number, for live views. */
  factsAfter(after: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, readonly Fact[]>>;
  /** Counts the values of a field among the newest runs that a filter wants. */
  facet(request: FacetRequest): Promise<Facet>;
  reviews(filter: ReviewFilter & PageRequest): Promise<Paged<Review>>;
  deadLetters(filter: LetterFilter & PageRequest): Promise<Paged<KeptLetter>>;
  deadLetter(id: string): Promise<KeptLetter | undefined>;
  /** Dead letters that share a fingerprint, counted: the newest problem first. */
  letterGroups(request: GroupsRequest): Promise<Paged<LetterGroup>>;
  readonly jobs: Pick<JobsReader, keyof JobsReader>;
  readonly acts: Pick<Acts, 'outcome' | 'list' | 'verify'>;
  /** Returns what became of a run later, the newest first. */
  outcomes(run: string): Promise<readonly Outcome[]>;
  /** Returns where runs stand in the lines of their hold keys; runs that stand in none are left out. */
  holds(runs: readonly string[]): Promise<ReadonlyMap<string, HoldStanding>>;
  /** Counts what lists show, each up to `atMost`. */
  counts(filter: { pipeline?: string | undefined; atMost: number }): Promise<Counts>;
  schedules(filter: { pipeline?: string | undefined }): Promise<readonly ScheduleRow[]>;
  readonly deployed: Pick<DeploymentReader, keyof DeploymentReader>;
  /** The current plan of each pipeline, and plans by hash. */
  pipelines(): Promise<readonly { name: string; plan: string; deployedAt: number; paused?: PipelinePause }[]>;
  plan(hash: string): Promise<unknown>;
  /** Returns the report of a recovery; undefined where there is none of that id. */
  recovery(id: string): Promise<RecoveryReport | undefined>;
  /** Returns the store's positions of the partitions of these topics. */
  standings(topics: readonly string[]): Promise<readonly Standing[]>;
  /** Returns a text that is another one after each change of the store: while it stays the same, nothing has changed. */
  changeMark(): Promise<string>;
  healthy(): Promise<boolean>;
}
