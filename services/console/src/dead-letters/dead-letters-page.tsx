import type { DeadLetterView } from '@millrace/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { useRowKeys } from '../text/use-row-keys.js';
import { Time } from '../time/time.js';
import './dead-letters.css';

const list = getRouteApi('/dead-letters');
const STATUSES = ['open', 'redriven', 'closed'] as const;
type LetterStatus = (typeof STATUSES)[number];

/** Parked steps and records that nobody could read, newest first. */
export function DeadLettersPage() {
  const { status = 'open', pipeline } = list.useSearch();
  const navigate = useNavigate();
  const wanted = STATUSES.find((one) => one === status) ?? 'open';
  const query = useLetters(wanted, pipeline);
  const letters = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const open = (at: number) => {
    const letter = letters[at];
    if (letter) void navigate({ to: '/dead-letters/$id', params: { id: letter.id } });
  };
  const current = useRowKeys({ count: letters.length, open, show: () => undefined });
  return (
    <>
      <div className="line">
        <h1>Dead letters</h1>
        <Stale of={query} />
      </div>
      <nav className="chips line" aria-label="Status">
        {STATUSES.map((name) => (
          <Link
            key={name}
            className="chip"
            to="/dead-letters"
            search={{ status: name, ...(pipeline && { pipeline }) }}
            aria-current={name === wanted}
          >
            {name}
          </Link>
        ))}
      </nav>
      {query.isPending && <Loading />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && letters.length === 0 && (
        <Empty title={wanted === 'open' ? 'Nothing is parked' : `No dead letter is ${wanted}`}>
          <p className="quiet">A step that fails for good, or a record that nobody can read, would be here.</p>
        </Empty>
      )}
      <ul className="letters">
        {letters.map((letter, at) => (
          <LetterRow key={letter.id} letter={letter} isCurrent={at === current} />
        ))}
      </ul>
      {query.hasNextPage && (
        <button type="button" onClick={() => void query.fetchNextPage()}>
          Older dead letters
        </button>
      )}
    </>
  );
}

function useLetters(status: LetterStatus, pipeline: string | undefined) {
  return useInfiniteQuery({
    queryKey: ['dead-letters', status, pipeline ?? ''],
    queryFn: ({ pageParam, signal }) =>
      millrace.deadLetters
        .list({ status, ...(pipeline && { pipeline }), ...(pageParam && { cursor: pageParam }) }, { signal })
        .page(),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    ...follows('store'),
    placeholderData: keepPreviousData,
  });
}

function LetterRow({ letter, isCurrent }: { readonly letter: DeadLetterView; readonly isCurrent: boolean }) {
  const { id, failure, pipeline, step, record, at } = letter;
  return (
    <li>
      <Link className={isCurrent ? 'letter current' : 'letter'} to="/dead-letters/$id" params={{ id }}>
        <code className="bad">{failure.code}</code>
        <span className="cut grow" dir="auto">
          {failure.message}
        </span>
        <span className="quiet cut">{record ? `record of ${record.topic}` : `${pipeline ?? ''}: ${step ?? ''}`}</span>
        <span className="quiet">
          <Time at={at} />
        </span>
      </Link>
    </li>
  );
}
