import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Status } from '../text/status.js';
import { Time } from '../time/time.js';

/** The pipelines that are deployed. */
export function PipelinesPage() {
  const query = useQuery({
    queryKey: ['pipelines'],
    queryFn: ({ signal }) => millrace.pipelines.list({ signal }).all(),
    ...follows('store'),
  });
  return (
    <>
      <h1>Pipelines</h1>
      {query.isPending && <Loading rows={4} />}
      {query.isError && <ProblemPage error={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && (
        <Empty title="No pipeline is deployed">
          <pre>npx millrace pipeline deploy support-email</pre>
        </Empty>
      )}
      <ul className="cards">
        {query.data?.map(({ name, deployedAt, paused, plan }) => (
          <li key={name} className="card stack">
            <div className="line">
              <h2>
                <Link to="/pipelines/$name" params={{ name }}>
                  {name}
                </Link>
              </h2>
              {paused && <Status of="paused" />}
            </div>
            <p className="quiet">
              deployed <Time at={deployedAt} />, plan <code>{plan.slice(0, 12)}</code>
            </p>
            <p className="line">
              <Link to="/runs" search={{ pipeline: name }}>
                Runs
              </Link>
              <Link to="/dead-letters" search={{ pipeline: name }}>
                Dead letters
              </Link>
              <Link to="/reviews" search={{ pipeline: name }}>
                Reviews
              </Link>
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}
