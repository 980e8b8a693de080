import { fingerprintOf, type LetterStatus } from '@millrace/contracts';
import type { DeadLetter } from '../commit.js';

/** The act by which a letter was redriven or resolved. */
export interface Handled {
  /** The id of the act; of a job, where a job did it. */
  readonly act: string;
  readonly at: number;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** The input with which it was redriven, where a person gave another one. */
  readonly input?: unknown;
}

export interface LetterNote {
  readonly at: number;
  readonly text: string;
  readonly by?: string | undefined;
}

/** The things that people have added to a dead letter. */
export interface LetterDesk {
  readonly handled?: Handled | undefined;
  readonly notes?: readonly LetterNote[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly links?: readonly string[] | undefined;
}

/** A dead letter as it was parked, its state, and what people have added. */
export interface KeptLetter extends DeadLetter {
  readonly fingerprint: string;
  readonly assignee: string | undefined;
  readonly desk: LetterDesk;
}

/** Letters that share a fingerprint: those of them that a filter chooses, counted. */
export interface LetterGroup {
  readonly fingerprint: string;
  readonly count: number;
  readonly open: number;
  /** The time of the first letter with this fingerprint, whatever the filter. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** The newest letter. */
  readonly newest: KeptLetter;
  /** The number of letters in each part of the time that was asked for, from the oldest part. */
  readonly trend: readonly number[];
}

/** Returns the place at which a letter failed, as far as letters of one cause share it. */
const placeOf = ({ stage, step, record }: DeadLetter): string => stage ?? step ?? record?.topic ?? '';

export const letterFingerprint = (letter: DeadLetter): string =>
  fingerprintOf({ at: placeOf(letter), code: letter.failure.code, message: letter.failure.message });

export interface LetterRow {
  readonly id: string;
  readonly status: LetterStatus;
  readonly letter: unknown;
  readonly fingerprint: string | null;
  readonly assignee: string | null;
  readonly desk: unknown;
}

export const LETTER_COLUMNS = 'id, status, letter, fingerprint, assignee, desk';

/** Reads a row. The status is the row's: it changes after the letter was written. */
export function letterOf({ status, letter, fingerprint, assignee, desk }: LetterRow): KeptLetter {
  const parked = letter as DeadLetter;
  return {
    ...parked,
    status,
    fingerprint: fingerprint ?? letterFingerprint(parked),
    assignee: assignee ?? undefined,
    desk: (desk as LetterDesk | null) ?? {},
  };
}
