import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { ExportList } from '../export/export-list.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { Status } from '../text/status.js';
import { Time } from '../time/time.js';
import { Progress } from './progress.js';
import './jobs.css';

const MOST = 50;

/** The newest jobs over dead letters, with how far each is. */
export function JobsPage() {
  const query = useQuery({
    queryKey: ['jobs'],
    queryFn: ({ signal }) => millrace.jobs.list({ limit: MOST }, { signal }).page(),
    ...follows('store'),
  });
  const jobs = query.data?.items ?? [];
  return (
    <>
      <p className="quiet">
        <Link to="/dead-letters">Dead letters</Link>
      </p>
      <div className="line">
        <h1>Jobs</h1>
        <ExportList name="jobs" rows={(signal) => millrace.jobs.list({ limit: 200 }, { signal })} />
        <Stale of={query} />
      </div>
      {query.isPending && <Loading rows={4} />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && jobs.length === 0 && (
        <Empty title="No job yet">
          <p className="quiet">To redrive or resolve many dead letters at once is a job.</p>
        </Empty>
      )}
      <ul className="stack">
        {jobs.map((job) => (
          <li key={job.id} className="card stack">
            <div className="line">
              <Status of={job.status} />
              <Link to="/jobs/$id" params={{ id: job.id }}>
                {job.kind} <code>{job.id}</code>
              </Link>
              <span className="quiet">
                <Time at={job.at} />
                {job.by !== undefined && <bdi> by {job.by}</bdi>}
              </span>
            </div>
            <Progress job={job} />
          </li>
        ))}
      </ul>
    </>
  );
}
