import type { BodyOf, QueryOf } from '@millrace/client';
import { useMemo } from 'react';

export const LETTER_STATUSES = ['open', 'redriven', 'resolved', 'closed'] as const;
type LetterStatus = (typeof LETTER_STATUSES)[number];

/** The filters of the dead letters as they stand in the address. */
export interface LettersSearch {
  readonly view?: 'letters';
  readonly status?: LetterStatus;
  readonly pipeline?: string;
  readonly stage?: string;
  readonly code?: string;
  readonly fingerprint?: string;
  readonly text?: string;
  readonly since?: string;
}

/** The filter of a job over dead letters. */
export type LettersFilter = BodyOf<'beginJob'>['filter'];

export const SINCE: Readonly<Record<string, string>> = {
  '': 'Any time',
  '1h': 'Last hour',
  yesterday: 'Since yesterday',
  '7d': 'Last 7 days',
};

const TEXTS = ['pipeline', 'stage', 'code', 'fingerprint', 'text', 'since'] as const;

/** Reads the address: what is no filter is left out. */
export function readLettersSearch(search: Record<string, unknown>): LettersSearch {
  const found = TEXTS.map((name) => [name, search[name]] as const);
  const status = LETTER_STATUSES.find((one) => one === search['status']);
  return {
    ...(search['view'] === 'letters' && { view: 'letters' as const }),
    ...(status && { status }),
    ...Object.fromEntries(found.filter(([, value]) => typeof value === 'string' && value !== '')),
  };
}

const HOUR = 3_600_000;

/** Returns the time that a choice of `SINCE` stands for, or the time that the address gives itself; undefined for any time. */
export function sinceTime(since: string | undefined, now: Date): string | undefined {
  if (since === '1h') return new Date(now.getTime() - HOUR).toISOString();
  if (since === '7d') return new Date(now.getTime() - 7 * 24 * HOUR).toISOString();
  // The day before this one, from its midnight.
  if (since === 'yesterday') return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).toISOString();
  return since !== undefined && !Number.isNaN(Date.parse(since)) ? new Date(since).toISOString() : undefined;
}

/** Returns the filter of the letters that the address asks for, without their status. */
export function useLettersFilter({ pipeline, stage, code, fingerprint, text, since }: LettersSearch): LettersFilter {
  return useMemo(() => {
    const from = sinceTime(since, new Date());
    return {
      ...(pipeline !== undefined && { pipeline }),
      ...(stage !== undefined && { stage }),
      ...(code !== undefined && { code }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(text !== undefined && { text }),
      ...(from !== undefined && { since: from }),
    };
  }, [pipeline, stage, code, fingerprint, text, since]);
}

export type LettersQuery = QueryOf<'listDeadLetters'>;
