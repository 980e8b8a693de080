import type { Blobs } from '@millrace/blobs';
import type { Broker } from '@millrace/broker';
import type { Topics, WebhookType } from '@millrace/contracts';
import type { Contracts, StagePauses } from '@millrace/saga';
import type { Store } from '@millrace/store';
import type { Counter, Telemetry } from '@millrace/telemetry';
import type { BlobContents } from './blobs/contents.js';
import type { CoordinatorPlans } from './deployments/plans.js';
import type { StoreGuard } from './recovery/guard.js';
import type { RunCache } from './sources/run-cache.js';

/** Differs while records are decided again that were decided before: what they led to stands in the topics. */
export interface Recovering {
  /** Returns true when something in the topics says that the run has begun. */
  hasBegun(run: string): boolean;
}

/** The context that the coordinator's loops share. */
export interface CoordinatorContext {
  readonly broker: Broker;
  readonly topics: Topics;
  readonly store: Store;
  readonly telemetry: Telemetry;
  readonly plans: CoordinatorPlans;
  readonly stages: StagePauses;
  /** The contracts that stages have announced. */
  readonly contracts: Contracts;
  readonly cache: RunCache;
  /** Reads the blobs that decisions read. */
  readonly contents: BlobContents;
  /** Keeps large values; undefined where records carry them as far as they can. */
  readonly blobs: Blobs | undefined;
  readonly runs: Counter<'pipeline' | 'status'>;
  /** Tells the timers that something is due at this time. */
  readonly wakeBy: (at: number) => void;
  /** The most bytes that one batch may be answered with. */
  readonly maxAnswerBytes: number;
  /** The most bytes of an output that is reused. */
  readonly maxCachedBytes: number;
  /** The most items that a map may go over. */
  readonly maxItems: number;
  readonly now: () => number;
  /** The webhooks that are sent; undefined where none are. */
  readonly webhooks?: ReadonlySet<WebhookType> | undefined;
  /** Refuses to decide where the store is older than the topics. */
  readonly guard?: Pick<StoreGuard, 'ensure' | 'refuse'> | undefined;
  readonly recovering?: Recovering | undefined;
}
