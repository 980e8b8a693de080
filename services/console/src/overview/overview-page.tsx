import type { OverviewView, StageView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { RunRow } from '../runs/run-row.js';
import { useModelWarnings } from '../models/use-models.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { STATES } from '../runs/search.js';
import { MARKS, WORDS } from '../text/states.js';
import { useOverview } from './use-overview.js';
import '../runs/runs.css';
import './overview.css';

/** Shows what is wrong now, first; then how many runs there are of each status, and the newest ones. */
export function OverviewPage() {
  const query = useOverview();
  const stages = useQuery({
    queryKey: ['stages'],
    queryFn: ({ signal }) => millrace.stages.list({ signal }).all(),
    ...follows('stages', 'store'),
  });
  const runs = useQuery({
    queryKey: ['newest-runs'],
    queryFn: ({ signal }) => millrace.runs.list({ limit: 8, detail: 'true' }, { signal }).page(),
    ...follows('store', 'stages'),
  });
  const models = useModelWarnings();
  if (query.isPending) return <Loading />;
  if (query.data === undefined) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <div className="line">
        <h1>Overview</h1>
        <Stale of={query} />
      </div>
      <Wrong counts={query.data} stages={stages.data ?? []} models={models} />
      <section className="tiles" aria-label="Runs by state">
        {STATES.map((status) => [status, query.data.states[status] ?? { count: 0 }] as const).map(
          ([status, { count, more }]) => (
            <Link
              key={status}
              className={`tile ${status}${count === 0 ? ' none' : ''}`}
              to="/runs"
              search={{ state: status }}
            >
              <b>
                {count}
                {more && '+'}
              </b>
              <span>
                <span className="mark" aria-hidden="true">
                  {MARKS[status]}
                </span>{' '}
                {WORDS[status] ?? status}
              </span>
            </Link>
          ),
        )}
      </section>
      <section className="stack">
        <h2>Newest runs</h2>
        {runs.data?.items.length === 0 && <p className="quiet">No run yet.</p>}
        <ul>
          {runs.data?.items.map((run) => (
            <li key={run.id}>
              <RunRow run={run} isCurrent={false} />
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

interface WrongProps {
  readonly counts: OverviewView;
  readonly stages: readonly StageView[];
  /** Words that say what holds calls of models up, or soon will. */
  readonly models: readonly string[];
}

/** Everything that waits for somebody, each with the way to it; or that there is nothing. */
function Wrong({ counts, stages, models }: WrongProps) {
  const unserved = stages.filter(({ consumers }) => consumers === 0).map(({ name }) => name);
  const { deadLetters, reviews, signals, runs } = counts;
  const all: readonly Line[] = [
    {
      count: unserved.length,
      text: `Nobody serves ${unserved.join(', ')}`,
      kind: 'no-consumer',
      link: { to: '/stages' },
    },
    ...models.map((text) => ({ count: 1, text, kind: 'waiting', link: { to: '/models' } as const })),
    {
      ...of(deadLetters, { one: 'open dead letter', many: 'open dead letters' }),
      kind: 'failed',
      link: { to: '/dead-letters' },
    },
    {
      ...of(reviews, { one: 'review waits for a person', many: 'reviews wait for a person' }),
      kind: 'waiting',
      link: { to: '/reviews' },
    },
    {
      ...of(signals, { one: 'step waits for a signal', many: 'steps wait for a signal' }),
      kind: 'waiting',
      link: { to: '/runs', search: { state: 'waiting-for-signal' } },
    },
    {
      ...of(runs.held, { one: 'run held', many: 'runs held' }),
      kind: 'held',
      link: { to: '/runs', search: { state: 'held' } },
    },
  ];
  const lines = all.filter(({ count }) => count > 0);
  if (lines.length === 0)
    return (
      <p className="notice completed">
        <b>✓ Nothing waits for anybody.</b>
      </p>
    );
  return (
    <ul className="stack" aria-label="What waits for somebody">
      {lines.map(({ text, kind, link }) => (
        <li key={text} className={`notice ${kind}`}>
          <Link {...link}>{text}</Link>
        </li>
      ))}
    </ul>
  );
}

interface Line {
  readonly count: number;
  readonly text: string;
  readonly kind: string;
  readonly link: LinkProps;
}

const of = (
  counted: { readonly count: number; readonly more?: true } | undefined,
  words: { one: string; many: string },
) => {
  const count = counted?.count ?? 0;
  return { count, text: `${count}${counted?.more ? '+' : ''} ${count === 1 ? words.one : words.many}` };
};
