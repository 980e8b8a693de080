import type { ReviewView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Review } from './review.js';

interface ReviewInInboxProps {
  readonly listed: ReviewView;
  readonly answered: () => void;
}

/** The review that is open in the inbox. The list does not have the schema of the answer, but is fresh: both together are shown. */
export function ReviewInInbox({ listed, answered }: ReviewInInboxProps) {
  const query = useQuery({
    queryKey: ['review', listed.id],
    queryFn: ({ signal }) => millrace.reviews.get(listed.id, { signal }),
    ...follows('store'),
  });
  if (query.isPending) return <Loading rows={3} />;
  if (query.data === undefined) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  return <Review review={{ ...query.data, ...listed }} answered={answered} />;
}
