import type { Fact, Failure, FinerState, LetterStatus, RunStatus } from '@millrace/contracts';
import type { Attributes, SlotChanges } from '@millrace/pipeline/engine';
import type { CacheChanges, HoldChanges } from '@millrace/saga';
import type { Delivery } from './webhooks/delivery.js';
import type { DoneAct } from './letters/act.js';

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
  /** The title that its pipeline declares. */
  readonly title?: string;
  /** Says more than the status, where there is more to say. */
  readonly state?: FinerState;
  /** The code of the failure with which it ended, or of the one that holds it up. */
  readonly failureCode?: string;
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

/** The person or group that a review is for, and the person who has claimed it. */
export interface Holding {
  readonly assignee?: string | undefined;
  readonly group?: string | undefined;
  readonly claimedBy?: string | undefined;
}

/** A parked step, or a record that nobody could read (`run` is then undefined and `record` has what came). */
export interface DeadLetter {
  readonly id: string;
  readonly status: LetterStatus;
  readonly at: number;
  readonly failure: Failure;
  readonly run: string | undefined;
  readonly pipeline: string | undefined;
  readonly step: string | undefined;
  readonly stage: string | undefined;
  readonly attempts: number;
  /** The number of times that the same work was redriven before; absent for none. */
  readonly redrives?: number;
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
  /** The time at which a timer of the run is next due; `undefined` for none. */
  readonly wakeAt: number | undefined;
  /** Waits that began, and the steps whose wait ended. */
  readonly waits: readonly Review[];
  readonly waited: readonly string[];
  /** Business attributes that are new or have another value. */
  readonly attributes?: Attributes | undefined;
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
  readonly slots?: SlotChanges | undefined;
  /** For runs of pipelines with a hold key. */
  readonly holds?: HoldChanges | undefined;
  readonly signals?: SignalChanges | undefined;
  /** For steps whose outputs are reused. */
  readonly cache?: CacheChanges | undefined;
  /** Acts of people on runs, for the audit trail. */
  readonly acts?: readonly DoneAct[];
  /** Webhooks that tell what the batch came to. */
  readonly deliveries?: readonly Delivery[];
  /** The records to publish, kept until the next commit of this partition, in case this process dies before publishing. */
  readonly answer: Uint8Array;
}

/** The changes that a batch of runs makes to signals. */
export interface SignalChanges {
  /** The keys that steps have begun to wait for. */
  readonly awaited: readonly string[];
  /** Signals that runs have taken: they are done with. */
  readonly taken: readonly string[];
  /** Signals that came to a step which did not wait any more: they are for the next. */
  readonly returned: readonly string[];
  readonly at: number;
}
