import { MillraceError } from '@millrace/client';
import { QueryClient } from '@tanstack/react-query';

/** The interval at which lists ask again while their tab is looked at. A hidden tab asks nothing. */
export const REFRESH_MS = 3_000;
const MOST_RETRIES = 2;

/** Failed refreshes keep what was there before; a refusal is not asked for again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      gcTime: 300_000,
      refetchIntervalInBackground: false,
      retry: (failures, error) => failures < MOST_RETRIES && !(error instanceof MillraceError && !error.retryable),
      retryDelay: (failures) => 400 * 2 ** failures,
    },
  },
});
