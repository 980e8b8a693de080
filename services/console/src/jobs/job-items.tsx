import type { JobView } from '@millrace/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { FailureText } from '../run/failure-text.js';
import { Status } from '../text/status.js';

const OF_LETTERS = ['refused', 'redriven', 'resolved', 'sent', 'waiting', 'skipped'] as const;
const OF_RUNS = ['different', 'same', 'failed', 'refused', 'replayed', 'erased', 'sent', 'waiting', 'skipped'] as const;
type Outcome = (typeof OF_LETTERS | typeof OF_RUNS)[number];
const MOST = 100;

interface JobItemsProps {
  readonly id: string;
  readonly kind: JobView['kind'];
}

/** The letters or runs of a job with the outcome of each, up to a hundred of one outcome. */
export function JobItems({ id, kind }: JobItemsProps) {
  const isOnRuns = kind === 'replay' || kind === 'compare' || kind === 'erase';
  const [status, setStatus] = useState<Outcome>();
  const { data } = useQuery({
    queryKey: ['job-items', id, status ?? ''],
    queryFn: ({ signal }) => millrace.jobs.items(id, { limit: MOST, ...(status && { status }) }, { signal }).page(),
    ...follows('store'),
    placeholderData: keepPreviousData,
  });
  return (
    <section className="card stack">
      <div className="line">
        <h2>{isOnRuns ? 'Runs' : 'Letters'}</h2>
        <div className="chips" role="group" aria-label="Outcome">
          {(isOnRuns ? OF_RUNS : OF_LETTERS).map((name) => (
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
        {data?.items.map(({ deadLetter, run, replay, status: outcome, failure }) => (
          <li key={deadLetter ?? run} className="line">
            <Status of={outcome} />
            {deadLetter !== undefined && (
              <Link to="/dead-letters/$id" params={{ id: deadLetter }}>
                <code>{deadLetter}</code>
              </Link>
            )}
            {run !== undefined && (
              <Link to="/runs/$id" params={{ id: run }}>
                <code>{run}</code>
              </Link>
            )}
            {run !== undefined && replay !== undefined && (
              <Link to="/runs/$id/compare" params={{ id: run }} search={{ to: replay }}>
                compare
              </Link>
            )}
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
