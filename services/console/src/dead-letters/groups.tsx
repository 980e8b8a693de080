import type { DeadLetterGroupView } from '@millrace/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { JobDialog, type JobKind } from '../jobs/job-dialog.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { useRowKeys } from '../text/use-row-keys.js';
import { Time } from '../time/time.js';
import type { LettersFilter, LettersSearch } from './search.js';
import { Sparkline } from './sparkline.js';

interface GroupsProps {
  readonly search: LettersSearch;
  readonly filter: LettersFilter;
}

const MOST = 100;

/** Dead letters of one cause, counted, the newest cause first; each group is redriven or resolved as one job. */
export function Groups({ search, filter }: GroupsProps) {
  const { status = 'open' } = search;
  const query = useQuery({
    queryKey: ['letter-groups', status, filter],
    queryFn: ({ signal }) => millrace.deadLetters.groups({ status, limit: MOST, ...filter }, { signal }).page(),
    ...follows('store'),
    placeholderData: keepPreviousData,
  });
  const [asked, setAsked] = useState<{ readonly kind: JobKind; readonly group: DeadLetterGroupView }>();
  const navigate = useNavigate();
  const groups = query.data?.items ?? [];
  const lettersOf = ({ fingerprint }: DeadLetterGroupView): LettersSearch => ({
    ...search,
    view: 'letters',
    fingerprint,
  });
  const current = useRowKeys({
    count: groups.length,
    open: (at) => {
      const group = groups[at];
      if (group) void navigate({ to: '/dead-letters', search: lettersOf(group) });
    },
    show: (at) => document.getElementById(`group-${at}`)?.scrollIntoView({ block: 'nearest' }),
    acts: { r: (at) => ask('redrive', groups[at]) },
  });
  const ask = (kind: JobKind, group: DeadLetterGroupView | undefined) => group && setAsked({ kind, group });
  return (
    <>
      <Stale of={query} />
      {query.isPending && <Loading />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && groups.length === 0 && <NoGroups status={status} />}
      <ul className="stack" aria-label="Groups of dead letters">
        {groups.map((group, at) => (
          <li
            key={group.fingerprint}
            id={`group-${at}`}
            className={at === current ? 'card group current' : 'card group'}
          >
            <Group group={group} search={lettersOf(group)} ask={ask} />
          </li>
        ))}
      </ul>
      {asked && (
        <JobDialog
          kind={asked.kind}
          filter={{ ...filter, fingerprint: asked.group.fingerprint }}
          close={() => setAsked(undefined)}
        />
      )}
    </>
  );
}

const NoGroups = ({ status }: { readonly status: string }) => (
  <Empty title={status === 'open' ? 'Nothing is parked' : `No dead letter is ${status}`}>
    <p className="quiet">A step that fails for good, or a record that nobody can read, would be here.</p>
  </Empty>
);

interface GroupProps {
  readonly group: DeadLetterGroupView;
  readonly search: LettersSearch;
  readonly ask: (kind: JobKind, group: DeadLetterGroupView) => void;
}

function Group({ group, search, ask }: GroupProps) {
  const { code, failedAt, message, remedy, count, open, firstSeen, lastSeen, trend } = group;
  return (
    <>
      <div className="line">
        <b className="count">{count}</b>
        <Link className="grow wrap" to="/dead-letters" search={search}>
          <code className="bad">{code}</code> {failedAt !== undefined && <>at {failedAt}</>}
        </Link>
        <Sparkline trend={trend} />
      </div>
      <p className="wrap clamp" dir="auto">
        {message}
      </p>
      <p className="quiet">{remedy}</p>
      <div className="line">
        {open > 0 && (
          <>
            <button type="button" onClick={() => ask('redrive', group)}>
              Redrive {open}
            </button>
            <button type="button" className="plain" onClick={() => ask('resolve', group)}>
              Resolve {open}
            </button>
          </>
        )}
        <span className="quiet">
          first <Time at={firstSeen} />, last <Time at={lastSeen} />
        </span>
      </div>
    </>
  );
}
