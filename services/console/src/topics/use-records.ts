import type { RecordView } from '@millrace/client';
import { useEffect, useState } from 'react';
import { millrace } from '../app/place.js';
import { useIsVisible } from '../app/visible.js';
import { queryOf, type RecordsSearch } from './search.js';

/** Records that are added to the page at once. */
const PAGE = 50;

interface Found {
  readonly items: readonly RecordView[];
  /** The place from which the search goes on; `null` where all is read. */
  readonly next: string | null | undefined;
  readonly looked: { readonly records: number; readonly bytes: number };
  /** The number of answers: a search may go on from where it was. */
  readonly answers: number;
  readonly error?: unknown;
}

export interface RecordsFound extends Found {
  readonly isSearching: boolean;
  readonly isStopped: boolean;
  /** Ends the search that goes on; the gateway stops reading. */
  readonly stop: () => void;
  /** Finds more records, or goes on after a stop or an error. */
  readonly goOn: () => void;
}

const NOTHING: Found = { items: [], next: undefined, looked: { records: 0, bytes: 0 }, answers: 0 };

/**
 * Searches the records of a topic until a page of them is found. One answer of the gateway looks at a bounded number of records, so a search goes
 * on by itself with the next; it ends when it is stopped, and when nobody looks at the page.
 */
export function useRecords(topic: string, search: RecordsSearch): RecordsFound {
  const [found, setFound] = useState(NOTHING);
  const [wanted, setWanted] = useState(PAGE);
  const [isStopped, setStopped] = useState(false);
  const isVisible = useIsVisible();
  const isSearching = !isStopped && found.error === undefined && found.next !== null && found.items.length < wanted;
  const mayAsk = isSearching && isVisible;
  const { next, answers } = found;
  useEffect(() => {
    if (!mayAsk) return;
    const ends = new AbortController();
    const query = { ...queryOf(search), limit: PAGE, contentBytes: 2_048, ...(next && { cursor: next }) };
    millrace.topics.records(topic, query, { signal: ends.signal }).then(
      (page) =>
        setFound((before) => ({
          items: [...before.items, ...page.items],
          next: page.next ?? null,
          answers: before.answers + 1,
          looked: {
            records: before.looked.records + page.looked.records,
            bytes: before.looked.bytes + page.looked.bytes,
          },
        })),
      (error: unknown) => {
        if (!ends.signal.aborted) setFound((before) => ({ ...before, error }));
      },
    );
    return () => ends.abort();
  }, [topic, search, next, answers, mayAsk]);
  return {
    ...found,
    isSearching,
    isStopped,
    stop: () => setStopped(true),
    goOn: () => {
      setStopped(false);
      setFound(({ error: _, ...before }) => before);
      setWanted(found.items.length + PAGE);
    },
  };
}
