import type { JobView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { Status } from '../text/status.js';
import { Time } from '../time/time.js';
import { JobItems } from './job-items.js';
import { Progress } from './progress.js';
import './jobs.css';

const route = getRouteApi('/jobs/$id');

/** A job over dead letters: how far it is, what it is about, and the acts that are possible. */
export function JobPage() {
  const { id } = route.useParams();
  const query = useQuery({
    queryKey: ['job', id],
    queryFn: ({ signal }) => millrace.jobs.get(id, { signal }),
    ...follows('store'),
  });
  if (query.isPending) return <Loading />;
  if (query.data === undefined) return <ProblemPage error={query.error} retry={() => void query.refetch()} />;
  const job = query.data;
  return (
    <>
      <p className="quiet">
        <Link to="/dead-letters">Dead letters</Link> / <Link to="/jobs">Jobs</Link>
      </p>
      <div className="line">
        <h1>{TITLES[job.kind]}</h1>
        <Status of={job.status} />
        <JobActs job={job} />
        <Stale of={query} />
      </div>
      <section className="card stack">
        <Progress job={job} />
        <JobFacts job={job} />
      </section>
      <JobItems id={id} kind={job.kind} />
    </>
  );
}

const TITLES: Readonly<Record<JobView['kind'], string>> = {
  redrive: 'Redrive dead letters',
  resolve: 'Resolve dead letters',
  replay: 'Replay runs',
  compare: 'Compare runs',
  erase: 'Erase runs',
};

function JobFacts({ job: { at, endedAt, by, reason, filter, perSecond, id } }: { readonly job: JobView }) {
  return (
    <dl className="facts">
      <dt>Job</dt>
      <dd>
        <code>{id}</code>
      </dd>
      <dt>Begun</dt>
      <dd>
        <Time at={at} />
        {by !== undefined && <bdi> by {by}</bdi>}
        {reason !== undefined && <bdi>: {reason}</bdi>}
      </dd>
      {endedAt !== undefined && (
        <>
          <dt>Ended</dt>
          <dd>
            <Time at={endedAt} />
          </dd>
        </>
      )}
      <dt>Letters</dt>
      <dd>
        {Object.entries(filter)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ') || 'all that were open'}
      </dd>
      <dt>Rate</dt>
      <dd>{perSecond === undefined ? 'as fast as it goes' : `${perSecond} each second`}</dd>
    </dl>
  );
}

const ACTS = [
  { action: 'pause', name: 'Pause', about: 'No further letter is begun until the job is resumed.' },
  { action: 'resume', name: 'Resume', about: 'The job goes on where it was paused.' },
  { action: 'stop', name: 'Stop', about: 'The job ends. Letters that it has not begun stay as they are.' },
] as const;

function JobActs({ job: { id, allowedActions } }: { readonly job: JobView }) {
  const [chosen, setChosen] = useState<(typeof ACTS)[number]>();
  return (
    <>
      {ACTS.filter(({ action }) => allowedActions.includes(action)).map((act) => (
        <button
          key={act.action}
          type="button"
          className={act.action === 'stop' ? 'danger' : ''}
          onClick={() => setChosen(act)}
        >
          {act.name}
        </button>
      ))}
      {chosen && (
        <ActDialog
          title={`${chosen.name} this job?`}
          verb={chosen.name}
          isDanger={chosen.action === 'stop'}
          act={(byWhom) => millrace.jobs[chosen.action](id, byWhom)}
          close={() => setChosen(undefined)}
        >
          <p>{chosen.about}</p>
        </ActDialog>
      )}
    </>
  );
}
