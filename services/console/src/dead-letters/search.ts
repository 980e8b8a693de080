import type { BodyOf } from '@millrace/client';
import { useMemo } from 'react';
import { sinceTime } from '../time/since.js';

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
