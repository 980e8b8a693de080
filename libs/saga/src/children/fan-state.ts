import type { Failure } from '@millrace/contracts';

/** The progress of a step's items. Each item has a state of its own, under the item's name. */
export interface Fan {
  /** Keys of all items (or chunks), in order; and where each stands in it. */
  readonly keys: readonly string[];
  readonly places: ReadonlyMap<string, number>;
  readonly as: 'map' | 'loop' | 'race';
  /** The keys are those of chunks. */
  readonly chunks: boolean;
  /** Keys that are to be worked on, of which the first `begun` have begun. After a redrive these are those without a result. */
  readonly todo: readonly string[];
  readonly begun: number;
  /** Under way: neither ended nor parked. */
  readonly active: number;
  readonly ended: number;
  /** Items that failed and were passed over; those within chunks included. */
  readonly failed: number;
  /** By place. A list's results are dropped once they are gathered. */
  readonly results: readonly (ItemResult | undefined)[];
  readonly isGathered: boolean;
}

export type ItemResult = { readonly output: unknown } | { readonly failure: Failure };
