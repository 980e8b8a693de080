import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { merged } from './merged.js';
import { filtersOf, type RunsSearch } from './search.js';

const PAGE = 50;

/**
 * Reads the list page by page. Its first page is asked for again and again: rows that are shown change in place, and new ones are
 * counted until somebody wants to see them, so that nothing moves under the pointer.
 */
export function useRuns(search: RunsSearch) {
  const key = JSON.stringify(search);
  // The time from which on runs are shown stays the same while somebody reads.
  const filters = useMemo(() => filtersOf(JSON.parse(key) as RunsSearch, new Date()), [key]);
  const ask = { ...filters, detail: 'true', limit: PAGE } as const;
  const query = useInfiniteQuery({
    queryKey: ['runs', key],
    queryFn: ({ pageParam, signal }) =>
      millrace.runs.list({ ...ask, ...(pageParam !== '' && { cursor: pageParam }) }, { signal }).page(),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
  const head = useQuery({
    queryKey: ['runs-head', key],
    queryFn: ({ signal }) => millrace.runs.list(ask, { signal }).page(),
    ...follows('store', 'stages'),
    enabled: query.data !== undefined,
  });
  const { rows, fresh } = useMemo(() => {
    const shown = query.data?.pages.flatMap(({ items }) => items) ?? [];
    return merged(shown, head.data?.items ?? []);
  }, [query.data, head.data]);
  const [isEmptyFilled, setFilled] = useState(false);
  useEffect(() => setFilled(false), [key]);
  const queries = useQueryClient();
  const showFresh = () => {
    const page = head.data;
    if (!page) return;
    queries.setQueryData(['runs', key], { pages: [page], pageParams: [''] });
    scrollTo({ top: 0 });
  };
  // An empty list has nothing that could jump.
  useEffect(() => {
    if (rows.length > 0 || fresh === 0 || isEmptyFilled) return;
    setFilled(true);
    void query.refetch();
  }, [rows.length, fresh, isEmptyFilled, query]);
  const next = query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined;
  const isError = query.isError || head.isError;
  const searchedTo = query.data?.pages.at(-1)?.searchedTo;
  return {
    rows,
    filters,
    key,
    searchedTo: query.hasNextPage ? searchedTo : undefined,
    fresh,
    hasMoreFresh: fresh === PAGE,
    showFresh,
    next,
    // A page that ended before it was full is gone on from by hand: a rare thing may be far away.
    more: searchedTo === undefined ? next : undefined,
    query: {
      isPending: query.isPending,
      isError,
      error: query.error,
      data: query.data,
      dataUpdatedAt: Math.max(query.dataUpdatedAt, head.dataUpdatedAt),
      refetch: query.refetch,
    },
  };
}
