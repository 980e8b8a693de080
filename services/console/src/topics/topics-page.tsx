import type { TopicSummaryView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { count } from '../text/numbers.js';
import './topics.css';

/** The topics of the installation: those that stages read, those of Millrace, and others that the gateway shows. */
export function TopicsPage() {
  const [wanted, setWanted] = useState('');
  const query = useQuery({
    queryKey: ['topics'],
    queryFn: ({ signal }) => millrace.topics.list({ signal }),
    ...follows('store'),
  });
  const found = query.data?.items.filter(({ name }) => name.toLowerCase().includes(wanted.trim().toLowerCase())) ?? [];
  const groups = [
    { title: 'Of stages', items: found.filter(({ stage }) => stage !== undefined) },
    { title: 'Of Millrace', items: found.filter(({ stage, about }) => stage === undefined && about !== undefined) },
    { title: 'Others', items: found.filter(({ about }) => about === undefined) },
  ];
  return (
    <>
      <div className="line">
        <h1>Topics</h1>
        <input
          type="search"
          aria-label="Part of a topic’s name"
          placeholder="Name"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
        <Stale of={query} />
      </div>
      {query.data?.contentHidden && <HiddenContent />}
      {query.isPending && <Loading rows={8} />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data && found.length === 0 && (
        <Empty title={wanted === '' ? 'There are no topics' : 'No topic is called that'} />
      )}
      {groups
        .filter(({ items }) => items.length > 0)
        .map(({ title, items }) => (
          <section key={title} className="stack">
            <h2>{title}</h2>
            <ul className="topics">
              {items.map((topic) => (
                <TopicRow key={topic.name} topic={topic} />
              ))}
            </ul>
          </section>
        ))}
    </>
  );
}

/** Says why no key, value or header is shown. */
export const HiddenContent = () => (
  <p className="notice">This gateway shows the places, sizes and types of records, and not what they hold.</p>
);

function TopicRow({ topic: { name, about, stage, partitions, records } }: { readonly topic: TopicSummaryView }) {
  return (
    <li>
      <Link className="topic" to="/topics/$name" params={{ name }}>
        <b className="wrap">{name}</b>
        <span className="quiet">{stage === undefined ? about : `Commands for ${stage}`}</span>
        <span className="mono end">{count(records, 'record')}</span>
        <span className="mono end quiet">{count(partitions, 'partition')}</span>
      </Link>
    </li>
  );
}
