import type { RunSummaryView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { Status } from '../text/status.js';
import { waitsFor } from '../text/states.js';
import { Time, Took } from '../time/time.js';

/** A run in a list: what it is about, how it stands, what it does or waits for and since when. */
export function RunRow({ run, isCurrent }: { readonly run: RunSummaryView; readonly isCurrent: boolean }) {
  const { id, pipeline, subject, acceptedAt, endedAt, degraded, attributes = {}, tags = [] } = run;
  return (
    <Link className={isCurrent ? 'run current' : 'run'} to="/runs/$id" params={{ id }}>
      <span className="state">
        <Status of={run.state} />
        {degraded && <small className="quiet">◐ degraded</small>}
      </span>
      <span className="what">
        <b className="cut">
          <bdi>{subject ?? id}</bdi>
        </b>
        <small className="quiet cut">
          {pipeline} <code>{shortId(id)}</code>
          {Object.entries(attributes).map(([name, value]) => (
            <bdi key={name}>
              {' '}
              {name} <b>{String(value)}</b>
            </bdi>
          ))}
          {tags.map((tag) => (
            <bdi key={tag}> #{tag}</bdi>
          ))}
        </small>
      </span>
      <Doing run={run} />
      <span className="when">
        <Time at={acceptedAt} />
        <small className="quiet">{endedAt !== undefined && <>took {<Took from={acceptedAt} to={endedAt} />}</>}</small>
      </span>
    </Link>
  );
}

/** Ids are long; their ends tell them apart. */
const shortId = (id: string): string => (id.length > 16 ? `…${id.slice(-8)}` : id);

function Doing({ run }: { readonly run: RunSummaryView }) {
  const { now, failureCode } = run;
  const waits = waitsFor(run);
  if (!now)
    return (
      <span className="doing">
        {failureCode !== undefined && <code className="bad">{failureCode}</code>}
        {waits !== undefined && <span>waits {waits}</span>}
      </span>
    );
  return (
    <span className="doing">
      <span className="cut">
        <b>{now.step}</b>
        {now.others > 0 && <span className="quiet"> and {now.others} more</span>} <Took from={now.since} />
        {now.attempt !== undefined && now.attempt > 1 && <span className="quiet"> attempt {now.attempt}</span>}
      </span>
      <small className="quiet cut">
        {now.failure && <code className="bad">{now.failure.code}</code>} {waits && <bdi>waits {waits}</bdi>}
      </small>
    </span>
  );
}
