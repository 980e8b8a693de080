import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { useOverview } from '../overview/use-overview.js';
import { MARKS, WORDS } from '../text/states.js';
import { SINCE } from '../time/since.js';
import { type RunsSearch, STATES, without } from './search.js';
import { TextFilters } from './text-filters.js';
import { Views } from './views.js';

/** Chips for each state with its count, and all other filters. A filter hides what it does not want. */
export function Filters({ search }: { readonly search: RunsSearch }) {
  const { data } = useOverview(search.pipeline);
  // The counts are of all runs of a pipeline: beside another filter they would be of something else.
  const hasCounts = Object.keys(without(search, 'state', 'pipeline', 'degraded')).length === 0;
  const states = STATES.filter((state) => state === search.state || !hasCounts || data?.states[state]?.count !== 0);
  return (
    <div className="filters" role="group" aria-label="Filters">
      <div className="line">
        <PipelineFilter search={search} />
        <SinceFilter search={search} />
        <TextFilters key={JSON.stringify([search.text, search.where])} search={search} />
        <Views search={search} />
      </div>
      <nav className="chips" aria-label="State">
        <Link
          className="chip"
          activeOptions={{ exact: true }}
          to="/runs"
          search={without(search, 'state', 'status')}
          aria-current={search.state === undefined && search.status === undefined}
        >
          all
        </Link>
        {states.map((state) => (
          <StateChip key={state} state={state} search={search} count={hasCounts ? data?.states[state] : undefined} />
        ))}
        <DegradedChip search={search} count={hasCounts ? data?.degraded : undefined} />
        <Removable search={search} />
      </nav>
    </div>
  );
}

interface Count {
  readonly count: number;
  readonly more?: true;
}

function CountText({ count }: { readonly count: Count | undefined }) {
  if (!count) return null;
  return (
    <b>
      {count.count}
      {count.more && '+'}
    </b>
  );
}

interface StateChipProps {
  readonly state: (typeof STATES)[number];
  readonly search: RunsSearch;
  readonly count: Count | undefined;
}

function StateChip({ state, search, count }: StateChipProps) {
  const isCurrent = search.state === state;
  const others = without(search, 'state', 'status');
  return (
    <Link
      className={`chip ${state}`}
      activeOptions={{ exact: true }}
      to="/runs"
      search={isCurrent ? others : { ...others, state }}
      aria-current={isCurrent}
    >
      <span className="mark" aria-hidden="true">
        {MARKS[state]}
      </span>
      {WORDS[state] ?? state}
      <CountText count={count} />
    </Link>
  );
}

function DegradedChip({ search, count }: { readonly search: RunsSearch; readonly count: Count | undefined }) {
  const isOn = search.degraded === 'true';
  return (
    <Link
      className="chip"
      activeOptions={{ exact: true }}
      to="/runs"
      search={isOn ? without(search, 'degraded') : { ...search, degraded: 'true' }}
      aria-current={isOn}
    >
      <span aria-hidden="true">◐</span>degraded
      <CountText count={count} />
    </Link>
  );
}

const REMOVABLE = ['status', 'parent', 'code', 'tag', 'text', 'where'] as const;

/** The filters that a link or a field has set, each with the way out of it. */
function Removable({ search }: { readonly search: RunsSearch }) {
  return (
    <>
      {REMOVABLE.filter((name) => search[name] !== undefined).map((name) => (
        <Link
          key={name}
          className="chip"
          to="/runs"
          search={without(search, name)}
          aria-label={`Remove the filter ${name}`}
        >
          {name === 'parent' ? 'child runs of' : `${name}:`} <bdi className="cut">{search[name]}</bdi> ✕
        </Link>
      ))}
    </>
  );
}

function SinceFilter({ search }: { readonly search: RunsSearch }) {
  const navigate = useNavigate();
  const change = (since: string) =>
    void navigate({ to: '/runs', search: { ...without(search, 'since'), ...(since !== '' && { since }) } });
  return (
    <select aria-label="Accepted" value={search.since ?? ''} onChange={({ target }) => change(target.value)}>
      {Object.entries(SINCE).map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
}

function PipelineFilter({ search }: { readonly search: RunsSearch }) {
  const navigate = useNavigate();
  const { data = [] } = useQuery({
    queryKey: ['pipelines'],
    queryFn: ({ signal }) => millrace.pipelines.list({ signal }).all(),
    ...follows('store'),
  });
  const { pipeline } = search;
  const names = new Set([...data.map(({ name }) => name), ...(pipeline === undefined ? [] : [pipeline])]);
  const change = (name: string) =>
    void navigate({
      to: '/runs',
      search: { ...without(search, 'pipeline'), ...(name !== '' && { pipeline: name }) },
    });
  return (
    <select aria-label="Pipeline" value={pipeline ?? ''} onChange={({ target }) => change(target.value)}>
      <option value="">All pipelines</option>
      {[...names].map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}
