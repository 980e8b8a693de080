import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { FailureText } from '../run/failure-text.js';
import { Status } from '../text/status.js';

const STATUSES = ['refused', 'redriven', 'resolved', 'sent', 'waiting', 'skipped'] as const;
const MOST = 100;

/** The letters of a job with the outcome of each, up to a hundred of one outcome. */
export function JobItems({ id }: { readonly id: string }) {
  const [status, setStatus] = useState<(typeof STATUSES)[number]>();
  const { data } = useQuery({
    queryKey: ['job-items', id, status ?? ''],
    queryFn: ({ signal }) => millrace.jobs.items(id, { limit: MOST, ...(status && { status }) }, { signal }).page(),
    ...follows('store'),
    placeholderData: keepPreviousData,
  });
  return (
    <section className="card stack">
      <div className="line">
        <h2>Letters</h2>
        <div className="chips" role="group" aria-label="Outcome">
          {STATUSES.map((name) => (
            <button
              key={name}
              type="button"
              className="chip"
              aria-pressed={name === status}
              onClick={() => setStatus(name === status ? undefined : name)}
            >
              {name}
            </button>
          ))}
        </div>
      </div>
      {data?.items.length === 0 && <p className="quiet">None.</p>}
      <ul className="stack">
        {data?.items.map(({ deadLetter, status: outcome, failure }) => (
          <li key={deadLetter} className="line">
            <Status of={outcome} />
            <Link to="/dead-letters/$id" params={{ id: deadLetter }}>
              <code>{deadLetter}</code>
            </Link>
            {failure && <FailureText failure={failure} />}
          </li>
        ))}
      </ul>
      {data?.next !== undefined && (
        <p className="quiet">These are the first {MOST}: choose an outcome to see others.</p>
      )}
    </section>
  );
}
