import { cut } from '@millrace/contracts';
import type { Concurrency } from './starts.js';

/** A run's request for a concurrency slot, where its pipeline limits the runs of a key. */
export interface SlotRequest {
  readonly run: string;
  readonly pipeline: string;
  readonly key: string;
  /** Infinity where any number may be under way: it only waits where its pipeline is paused. */
  readonly limit: number;
  readonly whenFull: Concurrency['whenFull'];
}

/** Returns the request of a run whose pipeline has no limit. */
export const unlimitedSlot = ({ id, pipeline }: { readonly id: string; readonly pipeline: string }): SlotRequest => ({
  run: id,
  pipeline,
  key: '',
  limit: Infinity,
  whenFull: 'queue',
});

/** `active`: it may begin. `held`: when its turn comes. `dropped`: not at all. */
export type SlotGrant = 'active' | 'held' | 'dropped';

/** The changes that a batch makes to concurrency slots. */
export interface SlotChanges {
  /** Runs that have begun: they need not be told any more. */
  readonly begun: readonly string[];
  readonly ended: readonly string[];
  /** Runs whose time has come, and which now want a slot. */
  readonly wanted: readonly SlotRequest[];
  readonly at: number;
}

/** Something that a run has to hear: that its turn has come, or why it is cancelled. */
export interface SlotNotice {
  readonly run: string;
  readonly cancel: string | undefined;
}

/** The numbers of a key's runs that have a slot, that wait for one, and that are about to leave theirs. */
export interface SlotCounts {
  readonly active: number;
  readonly held: number;
  readonly leaving: number;
  /** The pipeline is paused: nobody begins, and what is under way goes on. */
  readonly paused?: boolean;
}

/** Decides what a run that asks for a concurrency slot gets, and whether waiting runs and the oldest active one are cancelled for it. */
export function slotFor(
  { limit, whenFull }: Pick<SlotRequest, 'limit' | 'whenFull'>,
  { active, held, leaving, paused = false }: SlotCounts,
): { readonly grant: SlotGrant; readonly endsWaiting: boolean; readonly endsOldest: boolean } {
  const isFull = active + held >= limit;
  if (!paused && !isFull && held === 0) return { grant: 'active', endsWaiting: false, endsOldest: false };
  if (whenFull === 'drop' && isFull) return { grant: 'dropped', endsWaiting: false, endsOldest: false };
  const replaces = whenFull === 'replace';
  return { grant: 'held', endsWaiting: replaces, endsOldest: replaces && !paused && active - leaving >= limit };
}

export const dropReason = (key: string, limit: number): string =>
  `dropped: ${limit} of its key${key === '' ? '' : ` "${cut(key, 100)}"`} are under way`;

export const replaceReason = (run: string): string => `replaced by ${run}`;
