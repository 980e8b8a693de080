import type { ScheduleView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { follows } from '../app/live.js';
import { millrace } from '../app/place.js';
import { ExportList } from '../export/export-list.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Time } from '../time/time.js';

/** The schedules, which start runs by themselves, the next one first. */
export function SchedulesPage() {
  const query = useQuery({
    queryKey: ['schedules'],
    queryFn: ({ signal }) => millrace.schedules.list({}, { signal }),
    ...follows('store'),
  });
  const items = query.data?.items ?? [];
  return (
    <>
      <div className="line">
        <h1>Schedules</h1>
        <ExportList name="schedules" rows={schedulesIn} />
      </div>
      {query.isPending && <Loading rows={4} />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && items.length === 0 && (
        <Empty title="No schedule starts runs">
          <p className="quiet">A pipeline may declare one, or make one here and now:</p>
          <pre>npx millrace schedule make support-email daily &quot;0 7 * * *&quot;</pre>
        </Empty>
      )}
      {items.length > 0 && (
        <section className="card scroll">
          <table className="table">
            <thead>
              <tr>
                <th>Schedule</th>
                <th>Next</th>
                <th>When</th>
                <th>Zone</th>
                <th>Missed times</th>
                <th>From</th>
              </tr>
            </thead>
            <tbody>
              {items.map((schedule) => (
                <Row key={`${schedule.pipeline} ${schedule.name}`} schedule={schedule} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

async function* schedulesIn(signal: AbortSignal) {
  yield* (await millrace.schedules.list({}, { signal })).items;
}

function Row({ schedule }: { readonly schedule: ScheduleView }) {
  const { pipeline, name, cron, zone, catchUp, nextAt, ofPlan, by, reason } = schedule;
  return (
    <tr>
      <td>
        <Link to="/pipelines/$name" params={{ name: pipeline }}>
          {pipeline}
        </Link>{' '}
        <b>{name}</b>
      </td>
      <td>
        {nextAt === undefined ? (
          'never'
        ) : (
          <>
            <Time at={nextAt} />{' '}
            <small className="quiet">
              (<Time at={nextAt} exact />)
            </small>
          </>
        )}
      </td>
      <td>
        <code>{cron}</code>
      </td>
      <td>{zone}</td>
      <td>{catchUp}</td>
      <td>{ofPlan ? 'the plan' : <bdi>{[by, reason].filter(Boolean).join(': ') || 'somebody'}</bdi>}</td>
    </tr>
  );
}
