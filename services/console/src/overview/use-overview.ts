import { useQuery } from '@tanstack/react-query';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';

/** Reads the counts of everything that somebody may have to look at, and keeps them fresh while the tab is looked at. */
export function useOverview(pipeline?: string) {
  return useQuery({
    queryKey: ['overview', pipeline ?? ''],
    queryFn: ({ signal }) => millrace.overview(pipeline === undefined ? {} : { pipeline }, { signal }),
    ...follows('store'),
  });
}
