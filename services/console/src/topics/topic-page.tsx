import type { TopicView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { Copy } from '../text/copy.js';
import { whole } from '../text/numbers.js';
import { TopicGroups } from './groups.js';
import { RecordFilters } from './record-filters.js';
import { Records } from './records.js';
import { HiddenContent } from './topics-page.js';
import './topics.css';

const route = getRouteApi('/topics/$name');

/** One topic: who reads it how far, and its records. Looking at it joins no consumer group. */
export function TopicPage() {
  const { name } = route.useParams();
  const query = useQuery({
    queryKey: ['topics', name],
    queryFn: ({ signal }) => millrace.topics.get(name, { signal }),
    ...follows('store'),
  });
  if (query.isPending) return <Loading />;
  if (query.data === undefined) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <div className="line">
        <Link to="/topics">Topics</Link>
        <h1 className="wrap">{name}</h1>
        <Copy text={name} label="Copy name" />
        <Stale of={query} />
      </div>
      {query.data.about && <p className="quiet">{query.data.about}</p>}
      {query.data.contentHidden && <HiddenContent />}
      <Positions topic={query.data} />
      <RecordsOfTopic topic={query.data} />
    </>
  );
}

/** The consumer groups and the partitions, folded: the records are what most people come for. */
function Positions({ topic }: { readonly topic: TopicView }) {
  const backlog = topic.groups.reduce((sum, group) => sum + group.backlog, 0);
  const groups = topic.groups.length === 1 ? 'consumer group' : 'consumer groups';
  return (
    <details className="card" open={backlog > 0}>
      <summary>
        <h2>
          {topic.groups.length} {groups}
          {backlog > 0 && `, ${whole(backlog)} records behind`}
        </h2>
      </summary>
      <TopicGroups topic={topic} />
    </details>
  );
}

function RecordsOfTopic({ topic }: { readonly topic: TopicView }) {
  const search = route.useSearch();
  const end = topic.ranges.reduce((sum, one) => sum + one.end, 0);
  const key = JSON.stringify(search);
  return (
    <section className="stack">
      <h2>Records</h2>
      <RecordFilters key={key} topic={topic} search={search} />
      <Records key={`${topic.name} ${key}`} topic={topic.name} search={search} end={end} />
    </section>
  );
}
