import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { millrace } from '../app/place.js';
import { useOverview } from '../overview/use-overview.js';
import { MARKS } from '../text/states.js';
import { type RunsSearch, STATUSES } from './search.js';

/** Chips for each status with its count, and the pipelines. A filter hides what it does not want. */
export function Filters({ search }: { readonly search: RunsSearch }) {
  const { data } = useOverview(search.pipeline);
  const hasCounts = search.parent === undefined && search.degraded === undefined;
  const withStatus = (status: string | undefined): RunsSearch => {
    const { status: _, ...rest } = search;
    return status === undefined ? rest : { ...rest, status };
  };
  return (
    <div className="filters" role="group" aria-label="Filters">
      <PipelineFilter search={search} />
      <nav className="chips" aria-label="Status">
        <Link
          className="chip"
          activeOptions={{ exact: true }}
          to="/runs"
          search={withStatus(undefined)}
          aria-current={search.status === undefined}
        >
          all
        </Link>
        {STATUSES.map((status) => {
          const count = hasCounts ? data?.runs[status] : undefined;
          const isCurrent = search.status === status;
          return (
            <Link
              key={status}
              activeOptions={{ exact: true }}
              className={`chip ${status}`}
              to="/runs"
              search={withStatus(isCurrent ? undefined : status)}
              aria-current={isCurrent}
            >
              <span className="mark" aria-hidden="true">
                {MARKS[status]}
              </span>
              {status}
              {count !== undefined && (
                <b>
                  {count.count}
                  {count.more && '+'}
                </b>
              )}
            </Link>
          );
        })}
        <DegradedChip search={search} />
      </nav>
      {search.parent !== undefined && (
        <p className="quiet">
          Child runs of{' '}
          <Link to="/runs/$id" params={{ id: search.parent }}>
            {search.parent}
          </Link>
        </p>
      )}
    </div>
  );
}

function DegradedChip({ search }: { readonly search: RunsSearch }) {
  const { degraded, ...rest } = search;
  const isOn = degraded === 'true';
  return (
    <Link
      className="chip"
      activeOptions={{ exact: true }}
      to="/runs"
      search={isOn ? rest : { ...rest, degraded: 'true' }}
      aria-current={isOn}
    >
      <span aria-hidden="true">◐</span>degraded
    </Link>
  );
}

function PipelineFilter({ search }: { readonly search: RunsSearch }) {
  const navigate = useNavigate();
  const { data = [] } = useQuery({
    queryKey: ['pipelines'],
    queryFn: ({ signal }) => millrace.pipelines.list({ signal }).all(),
  });
  const { pipeline, ...rest } = search;
  const names = new Set([...data.map(({ name }) => name), ...(pipeline === undefined ? [] : [pipeline])]);
  return (
    <select
      aria-label="Pipeline"
      value={pipeline ?? ''}
      onChange={({ target }) =>
        void navigate({ to: '/runs', search: target.value === '' ? rest : { ...rest, pipeline: target.value } })
      }
    >
      <option value="">All pipelines</option>
      {[...names].map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}
