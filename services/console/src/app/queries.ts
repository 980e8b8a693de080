import { MillraceError } from '@millrace/client';
import { QueryClient } from '@tanstack/react-query';

const MOST_RETRIES = 2;

/** Failed refreshes keep what was there before; a refusal is not asked for again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1_000,
      gcTime: 300_000,
      // The gateway tells of changes, also when somebody comes back to the tab.
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (failures, error) => failures < MOST_RETRIES && !(error instanceof MillraceError && !error.retryable),
      retryDelay: (failures) => 400 * 2 ** failures,
    },
  },
});
