import type { DeadLetterView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { FailureText } from '../run/failure-text.js';
import { Time } from '../time/time.js';

/** Tells where a dead letter comes from, who looks after it, and what was done about it. */
export function LetterFacts({ letter }: { readonly letter: DeadLetterView }) {
  const { at, attempts, redrives, stage, run, step, fingerprint, assignee, tags, tickets, handled, traceId } = letter;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      'Parked',
      <>
        <Time at={at} /> (<Time at={at} exact />)
      </>,
    ],
    ['Attempts', `${attempts}${redrives > 0 ? `, redriven ${redrives} times before` : ''}`],
    ['Stage', stage],
    [
      'Run',
      run !== undefined && (
        <Link to="/runs/$id" params={{ id: run }} search={step ? { step } : {}}>
          <code>{run}</code>
        </Link>
      ),
    ],
    [
      'Cause',
      <Link to="/dead-letters" search={{ view: 'letters', fingerprint }}>
        all letters of this cause
      </Link>,
    ],
    ['Assigned to', assignee !== undefined && <bdi>{assignee}</bdi>],
    ['Tags', tags && tags.length > 0 && <bdi>{tags.join(', ')}</bdi>],
    ['Tickets', tickets && tickets.length > 0 && <Tickets tickets={tickets} />],
    [
      'Handled',
      handled && (
        <>
          <Time at={handled.at} />
          {handled.by !== undefined && <bdi> by {handled.by}</bdi>}
          {handled.reason !== undefined && <bdi>: {handled.reason}</bdi>}
        </>
      ),
    ],
    ['Trace', traceId !== undefined && <code>{traceId}</code>],
  ];
  return (
    <dl className="facts card">
      {facts
        .filter(([, value]) => value !== undefined && value !== false && value !== '')
        .map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
    </dl>
  );
}

const Fact = ({ name, value }: { readonly name: string; readonly value: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
);

/** Only addresses of the web are links: whatever else somebody wrote stays text. */
function Tickets({ tickets }: { readonly tickets: readonly string[] }) {
  return (
    <ul>
      {tickets.map((url) => (
        <li key={url}>
          {/^https?:\/\//i.test(url) ? (
            <a href={url} rel="noreferrer noopener" target="_blank">
              {url}
            </a>
          ) : (
            url
          )}
        </li>
      ))}
    </ul>
  );
}

/** The notes that people have left, and each attempt that led to the letter. */
export function LetterHistory({ letter: { notes = [], tries = [] } }: { readonly letter: DeadLetterView }) {
  return (
    <>
      {notes.length > 0 && (
        <section className="card stack">
          <h2>Notes</h2>
          <ul className="stack">
            {notes.map(({ at, text, by }) => (
              <li key={`${at} ${text}`}>
                <p className="wrap" dir="auto">
                  {text}
                </p>
                <small className="quiet">
                  <Time at={at} />
                  {by !== undefined && <bdi> by {by}</bdi>}
                </small>
              </li>
            ))}
          </ul>
        </section>
      )}
      {tries.length > 1 && (
        <section className="card stack">
          <h2>Attempts</h2>
          <ol className="stack">
            {tries.toReversed().map(({ attempt, requestedAt, failure }) => (
              <li key={`${attempt} ${requestedAt}`} className="attempt failed">
                <span>
                  <b>Attempt {attempt}</b> <Time at={requestedAt} />
                </span>
                {failure && <FailureText failure={failure} />}
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
