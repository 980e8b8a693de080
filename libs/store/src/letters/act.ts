import { hash } from 'node:crypto';
import type { ActOutcome } from '@millrace/contracts';

/** An act of a person or a system: who did what, to what, when and why. */
export interface ActRecord {
  /** The same id twice is one act. */
  readonly id: string;
  readonly at: number;
  /** e.g. `dead-letter.redrive`, `job.pause`. */
  readonly kind: string;
  /** The id or the name of what it was done to. */
  readonly subject: string;
  readonly by: string | undefined;
  readonly reason: string | undefined;
  /** The rest of the request; no payload. */
  readonly detail: unknown;
}

/** An act in the trail, chained to the one before it. */
export interface ChainedAct extends ActRecord {
  readonly seq: number;
  readonly outcome: ActOutcome;
  readonly previous: string;
  readonly hash: string;
}

/** An act that has been carried out or refused. */
export interface DoneAct extends ActRecord {
  readonly outcome: ActOutcome;
}

/** The hash before the first act. */
export const CHAIN_START = '0'.repeat(64);

/** Returns the hash of an act: it changes with every field of the act, and with every act before it. */
export const hashOfAct = ({ hash: _, ...act }: Omit<ChainedAct, 'hash'> & { hash?: string }): string =>
  hash(
    'sha256',
    JSON.stringify([
      ...[act.previous, act.seq, act.id, act.at, act.kind, act.subject],
      ...[act.by ?? null, act.reason ?? null, act.detail ?? null, act.outcome],
    ]),
  );
