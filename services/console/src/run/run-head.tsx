import { hasEnded, type RunView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { gatewayUrl } from '../app/place.js';
import { Copy } from '../text/copy.js';
import { Status } from '../text/status.js';
import { Time, Took } from '../time/time.js';
import { AddNote } from './notes.js';
import { RunActs } from './run-acts.js';

/** The head of a run's page: how it stands, since when, what belongs to it, and what may be done. */
export function RunHead({ run }: { readonly run: RunView }) {
  const { id, pipeline, status, title, acceptedAt, endedAt, links, replayOf } = run;
  const json = gatewayUrl(`v1/runs/${encodeURIComponent(id)}`);
  return (
    <header className="run-head">
      <p className="quiet">
        <Link to="/runs">Runs</Link> /{' '}
        <Link to="/runs" search={{ pipeline }}>
          {pipeline}
        </Link>
      </p>
      <h1>
        <Status of={status} />
        <code>{id}</code>
      </h1>
      {title !== undefined && (
        <p className="wrap" dir="auto">
          {title}
        </p>
      )}
      <Labels run={run} />
      <div className="line">
        <p className="quiet">
          Accepted <Time at={acceptedAt} /> · {hasEnded(run) ? 'took' : 'for'} <Took from={acceptedAt} to={endedAt} />
        </p>
        <span className="line actions">
          <RunActs run={run} />
          <AddNote run={run} />
          {links['trace'] !== undefined && (
            <a className="button" href={links['trace']} rel="noreferrer">
              Trace
            </a>
          )}
          <a className="button" href={json}>
            JSON
          </a>
          <Link className="button" to="/runs/$id/compare" params={{ id }} search={replayOf ? { to: replayOf.run } : {}}>
            Compare
          </Link>
          <Copy text={`npx millrace run get ${id}`} label="Copy for the CLI" />
          <Copy text={`curl ${json}`} label="Copy as curl" />
          <Copy text={() => startAsCurl(run)} label="Copy its start as curl" />
        </span>
      </div>
      <Related run={run} />
      <Outcomes run={run} />
    </header>
  );
}

/** Returns the command that asks for a run with the same input; quotes are such that a shell takes the input as it is. */
function startAsCurl({ pipeline, input }: RunView): string {
  const body = JSON.stringify({ pipeline, input }).replaceAll("'", `'\\''`);
  return `curl ${gatewayUrl('v1/runs')} -H 'content-type: application/json' --data '${body}'`;
}

/** The attributes and tags of a run; each leads to the runs that share it. */
function Labels({ run: { attributes = {}, tags = [] } }: { readonly run: RunView }) {
  if (Object.keys(attributes).length === 0 && tags.length === 0) return null;
  return (
    <p className="line">
      {Object.entries(attributes).map(([name, value]) => (
        <span key={name} className="wrap">
          {name}{' '}
          <Link to="/runs" search={{ where: `attributes.${name} == ${JSON.stringify(value)}` }}>
            <bdi>{String(value)}</bdi>
          </Link>
        </span>
      ))}
      {tags.map((tag) => (
        <Link key={tag} to="/runs" search={{ tag }}>
          <bdi>#{tag}</bdi>
        </Link>
      ))}
    </p>
  );
}

/** Shows the outcomes of the run: what became of it later. */
function Outcomes({ run: { outcomes = [] } }: { readonly run: RunView }) {
  if (outcomes.length === 0) return null;
  return (
    <dl className="facts card" aria-label="Outcomes">
      {outcomes.map(({ id, name, value, at, by, comment }) => (
        <Fragment key={id}>
          <dt>
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <b dir="auto">{String(value)}</b>{' '}
            <span className="quiet">
              <Time at={at} />
              {by !== undefined && <bdi> by {by}</bdi>}
              {comment !== undefined && <bdi>: {comment}</bdi>}
            </span>
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** The runs that this one belongs to, and those that belong to it. */
function Related({ run }: { readonly run: RunView }) {
  const { id, parent, parentStep, handler, steps, replayOf, replays = [] } = run;
  const hasChildren = steps.some(({ child, items }) => child !== undefined || items !== undefined);
  if (parent === undefined && handler === undefined && !hasChildren && !replayOf && replays.length === 0) return null;
  return (
    <p className="line">
      {parent !== undefined && (
        <span>
          Does the step <b>{parentStep}</b> of{' '}
          <Link to="/runs/$id" params={{ id: parent }}>
            <code>{parent}</code>
          </Link>
        </span>
      )}
      {handler !== undefined && (
        <span>
          Its failure is handled by{' '}
          <Link to="/runs/$id" params={{ id: handler }}>
            <code>{handler}</code>
          </Link>
        </span>
      )}
      {replayOf && (
        <span>
          Replays{' '}
          <Link to="/runs/$id" params={{ id: replayOf.run }}>
            <code>{replayOf.run}</code>
          </Link>{' '}
          from <b>{replayOf.from}</b>
        </span>
      )}
      {replays.map((replay) => (
        <span key={replay}>
          Replayed by{' '}
          <Link to="/runs/$id" params={{ id: replay }}>
            <code>{replay}</code>
          </Link>{' '}
          (
          <Link to="/runs/$id/compare" params={{ id }} search={{ to: replay }}>
            compare
          </Link>
          )
        </span>
      ))}
      {hasChildren && (
        <Link to="/runs" search={{ parent: id }}>
          Child runs
        </Link>
      )}
    </p>
  );
}
