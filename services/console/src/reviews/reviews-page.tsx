import type { ReviewView } from '@millrace/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { actor, useMemory } from '../app/memory.js';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { ExportList } from '../export/export-list.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { useRowKeys } from '../text/use-row-keys.js';
import { InboxRow } from './inbox-row.js';
import { ReviewInInbox } from './review-in-inbox.js';
import './reviews.css';

const route = getRouteApi('/reviews');
const PAGE = 200;
const MOST = 1_000;

/** The inbox: what waits for people over all pipelines, the oldest first, and beside it the review that is open. */
export function ReviewsPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useReviews(search);
  const items = query.data ?? [];
  const current = items.find(({ id }) => id === search.id) ?? items[0];
  const gone = useGone(current, items);
  const open = (review: ReviewView | undefined) =>
    review &&
    void navigate({ to: '/reviews', search: { ...search, id: review.id }, replace: true, resetScroll: false });
  useRowKeys({ count: items.length, open: () => undefined, show: (at) => open(items[at]) });
  const next = () => open(items[items.findIndex(({ id }) => id === current?.id) + 1] ?? items[0]);
  return (
    <>
      <div className="line">
        <h1>Reviews</h1>
        <Mine claimedBy={search.claimedBy} />
        <ExportList name="reviews" rows={(signal) => millrace.reviews.list(askedOf(search), { signal })} />
        <Stale of={query} />
      </div>
      {query.isPending && <Loading />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {gone && (
        <p className="notice" role="status">
          The review “{gone.step}” has gone: somebody else answered it, or its time was over.
        </p>
      )}
      {query.data !== undefined && items.length === 0 && (
        <Empty title="Nothing waits for a person">
          <p className="quiet">A run that asks somebody is here within seconds.</p>
        </Empty>
      )}
      {current && (
        <div className="inbox">
          <ul className="card list" aria-label="Open reviews">
            {items.map((review) => (
              <InboxRow key={review.id} review={review} isCurrent={review.id === current.id} />
            ))}
          </ul>
          <section className="card">
            <ReviewInInbox key={current.id} listed={current} answered={next} />
          </section>
        </div>
      )}
    </>
  );
}

interface Search {
  readonly claimedBy?: string;
  readonly pipeline?: string;
}

const askedOf = ({ claimedBy, pipeline }: Search) => ({
  kind: 'review' as const,
  limit: PAGE,
  ...(claimedBy !== undefined && { claimedBy }),
  ...(pipeline !== undefined && { pipeline }),
});

/** Reads what waits, up to a thousand: the gateway lists the newest first, and here those come first that are due. */
function useReviews(search: Search) {
  const { claimedBy = '', pipeline = '' } = search;
  return useQuery({
    queryKey: ['reviews', claimedBy, pipeline],
    queryFn: async ({ signal }) => {
      const found: ReviewView[] = [];
      for await (const review of millrace.reviews.list(askedOf(search), { signal })) {
        found.push(review);
        if (found.length === MOST) break;
      }
      return found.sort((a, b) => dueOf(a) - dueOf(b) || Date.parse(a.since) - Date.parse(b.since));
    },
    ...follows('store'),
    placeholderData: keepPreviousData,
  });
}

const dueOf = ({ due }: ReviewView): number => (due === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(due));

/** Returns the review that was open and is no longer in the list, until another one is opened by hand. */
function useGone(current: ReviewView | undefined, items: readonly ReviewView[]): ReviewView | undefined {
  const [last, setLast] = useState<ReviewView>();
  const [gone, setGone] = useState<ReviewView>();
  useEffect(() => {
    if (last && last.id !== current?.id) setGone(items.some(({ id }) => id === last.id) ? undefined : last);
    setLast(current);
  }, [current, items, last]);
  return gone;
}

function Mine({ claimedBy }: { readonly claimedBy: string | undefined }) {
  const me = useMemory(actor).trim();
  const navigate = useNavigate();
  if (me === '' && claimedBy === undefined) return null;
  const toggled = claimedBy === undefined ? { claimedBy: me } : {};
  return (
    <button
      type="button"
      className="chip"
      aria-pressed={claimedBy !== undefined}
      onClick={() => void navigate({ to: '/reviews', search: toggled })}
    >
      Claimed by <bdi>{claimedBy ?? me}</bdi>
    </button>
  );
}
