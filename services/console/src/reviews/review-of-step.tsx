import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Review } from './review.js';

interface ReviewOfStepProps {
  readonly id: string;
  /** Called when the form is there. */
  readonly shown: (() => void) | undefined;
}

/** The review of a step, on the page of its run. */
export function ReviewOfStep({ id, shown }: ReviewOfStepProps) {
  const { data } = useQuery({
    queryKey: ['review', id],
    queryFn: ({ signal }) => millrace.reviews.get(id, { signal }),
    ...follows('store'),
  });
  const isThere = data !== undefined;
  useEffect(() => {
    if (isThere) shown?.();
  }, [isThere, shown]);
  return data ? <Review review={data} answered={() => undefined} isWithinRun /> : null;
}
