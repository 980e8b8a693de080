import type { DeadLetterGroupView } from '@millrace/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
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
import { Sparkline } from './sparkline.js';

interface GroupsProps {
  readonly search: LettersSearch;
  readonly filter: LettersFilter;
}

const MOST = 100;

const groupsOf = ({ status = 'open' }: LettersSearch, filter: LettersFilter, signal: AbortSignal) =>
  millrace.deadLetters.groups({ status, limit: MOST, ...filter }, { signal });

/** Dead letters of one cause, counted, the newest cause first; each group is redriven or resolved as one job. */
export function Groups({ search, filter }: GroupsProps) {
  const { status = 'open' } = search;
  const query = useQuery({
    queryKey: ['letter-groups', status, filter],
    queryFn: ({ signal }) => groupsOf(search, filter, signal).page(),
    ...follows('store'),
    placeholderData: keepPreviousData,
  });
  const [asked, setAsked] = useState<{ readonly kind: JobKind; readonly group: DeadLetterGroupView }>();
  const navigate = useNavigate();
  const mayAct = useMayAct();
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
    ...(mayAct && { acts: { r: (at: number) => ask('redrive', groups[at]) } }),
  });
  const ask = (kind: JobKind, group: DeadLetterGroupView | undefined) => group && setAsked({ kind, group });
  return (
    <>
      <div className="line">
        <ExportList name="causes-of-dead-letters" rows={(signal) => groupsOf(search, filter, signal)} />
        <Stale of={query} />
      </div>
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
            <Group group={group} search={lettersOf(group)} ask={mayAct ? ask : undefined} />
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
  /** Absent where the gateway takes no changes. */
  readonly ask: ((kind: JobKind, group: DeadLetterGroupView) => void) | undefined;
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
        {ask && open > 0 && (
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
