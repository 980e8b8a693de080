import type { QueryOf } from '@millrace/client';

/** The place and the filters of the records that are shown, as they stand in the address. */
export interface RecordsSearch {
  readonly partition?: number;
  readonly from?: 'oldest' | number;
  /** RFC 3339. */
  readonly at?: string;
  readonly order?: 'newest' | 'oldest';
  readonly key?: string;
  readonly text?: string;
}

type Query = QueryOf<'listRecords'>;

/** Reads the address: what is no filter is left out. */
export function readRecordsSearch(search: Record<string, unknown>): RecordsSearch {
  const { from, at, order } = search;
  const partition = wholeIn(search['partition']);
  const offset = partition === undefined ? undefined : wholeIn(from);
  const isTime = typeof at === 'string' && !Number.isNaN(Date.parse(at));
  const [key, text] = [textIn(search['key']), textIn(search['text'])];
  return {
    ...(partition !== undefined && { partition }),
    ...(from === 'oldest' ? { from: 'oldest' as const } : offset !== undefined && { from: offset }),
    ...(isTime && { at }),
    ...((order === 'newest' || order === 'oldest') && { order }),
    ...(key !== undefined && { key }),
    ...(text !== undefined && { text }),
  };
}

/** Returns what the gateway is asked: an address may hold a time of any offset. */
export const queryOf = ({ at, ...search }: RecordsSearch): Query => ({
  ...search,
  ...(at !== undefined && { at: new Date(at).toISOString() }),
});

const wholeIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** A text of digits is a number in the address. */
function textIn(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
