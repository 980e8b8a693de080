import type { DeadLetterView } from '@millrace/client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { follows } from '../app/live.js';
import { useMayAct } from '../app/may-act.js';
import { millrace } from '../app/place.js';
import { ExportList } from '../export/export-list.js';
import { JobDialog, type JobKind } from '../jobs/job-dialog.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { useRowKeys } from '../text/use-row-keys.js';
import { Time } from '../time/time.js';
import type { LettersFilter, LettersSearch } from './search.js';

interface LettersProps {
  readonly search: LettersSearch;
  readonly filter: LettersFilter;
}

/** Dead letters one by one, newest first; all that match are redriven or resolved as one job. */
export function Letters({ search, filter }: LettersProps) {
  const { status = 'open' } = search;
  const query = useInfiniteQuery({
    queryKey: ['dead-letters', status, filter],
    queryFn: ({ pageParam, signal }) =>
      millrace.deadLetters.list({ status, ...filter, ...(pageParam && { cursor: pageParam }) }, { signal }).page(),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    ...follows('store'),
    placeholderData: keepPreviousData,
  });
  const letters = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const navigate = useNavigate();
  const current = useRowKeys({
    count: letters.length,
    open: (at) => {
      const letter = letters[at];
      if (letter) void navigate({ to: '/dead-letters/$id', params: { id: letter.id } });
    },
    show: (at) => document.querySelectorAll('.letters > li')[at]?.scrollIntoView({ block: 'nearest' }),
  });
  return (
    <>
      <Stale of={query} />
      {letters.length > 0 && <ActsOnAll status={status} filter={filter} />}
      {query.isPending && <Loading />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && letters.length === 0 && (
        <Empty title={status === 'open' ? 'Nothing is parked' : `No dead letter is ${status}`}>
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

interface ActsOnAllProps {
  readonly status: NonNullable<LettersSearch['status']>;
  readonly filter: LettersFilter;
}

/** Redrives or resolves all letters that match, as one job, or saves them as a file. */
function ActsOnAll({ status, filter }: ActsOnAllProps) {
  const [asked, setAsked] = useState<JobKind>();
  const mayAct = useMayAct();
  return (
    <div className="line">
      {mayAct && status === 'open' && (
        <>
          <button type="button" onClick={() => setAsked('redrive')}>
            Redrive all that match
          </button>
          <button type="button" className="plain" onClick={() => setAsked('resolve')}>
            Resolve all that match
          </button>
        </>
      )}
      <ExportList
        name="dead-letters"
        rows={(signal) => millrace.deadLetters.list({ status, ...filter, limit: 200 }, { signal })}
      />
      {asked && <JobDialog kind={asked} filter={filter} close={() => setAsked(undefined)} />}
    </div>
  );
}

function LetterRow({ letter, isCurrent }: { readonly letter: DeadLetterView; readonly isCurrent: boolean }) {
  const { id, failure, pipeline, step, record, at, assignee, notes, redrives } = letter;
  return (
    <li>
      <Link className={isCurrent ? 'letter current' : 'letter'} to="/dead-letters/$id" params={{ id }}>
        <code className="bad">{failure.code}</code>
        <span className="cut grow" dir="auto">
          {failure.message}
        </span>
        <span className="quiet cut">
          {record ? `record of ${record.topic}` : `${pipeline ?? ''}: ${step ?? ''}`}
          {assignee !== undefined && <bdi>, {assignee}</bdi>}
          {notes && notes.length > 0 && ` ✎ ${notes.length}`}
          {redrives > 0 && ` ↻ ${redrives}`}
        </span>
        <span className="quiet">
          <Time at={at} />
        </span>
      </Link>
    </li>
  );
}
