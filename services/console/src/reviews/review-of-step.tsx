import { useQuery } from '@tanstack/react-query';
import { millrace } from '../app/place.js';
import { Review } from './review.js';

/** The review of a step, on the page of its run. */
export function ReviewOfStep({ id }: { readonly id: string }) {
  const { data } = useQuery({
    queryKey: ['review', id],
    queryFn: ({ signal }) => millrace.reviews.get(id, { signal }),
  });
  return data ? <Review review={data} answered={() => undefined} isWithinRun /> : null;
}
