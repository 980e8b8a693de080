import type { RecordView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { Time } from '../time/time.js';
import { whole } from '../text/numbers.js';
import { RecordContent } from './record-content.js';

interface RecordProps {
  readonly topic: string;
  readonly record: RecordView;
  readonly isOpen: boolean;
  readonly isCurrent: boolean;
  readonly toggle: () => void;
}

/** One record as a row: where it is, when it was written, its key and what it says. It opens in place. */
export function Record({ topic, record, isOpen, isCurrent, toggle }: RecordProps) {
  const { partition, offset, at, key, valueBytes, misfit } = record;
  return (
    <li className={isCurrent ? 'record current' : 'record'}>
      <button type="button" className="plain" aria-expanded={isOpen} onClick={toggle}>
        <code className="place">
          {partition}/{offset}
        </code>
        <span className="quiet written">
          <Time at={at} />
        </span>
        {key !== undefined && (
          <span className="mono cut key" dir="auto">
            {key.form === 'bytes' ? 'bytes' : key.text}
          </span>
        )}
        <span className="cut grow">
          {misfit !== undefined && <b className="bad">⚠ does not fit </b>}
          <Says record={record} />
        </span>
        <span className="quiet end">{valueBytes === undefined ? 'no value' : `${whole(valueBytes)} B`}</span>
      </button>
      {isOpen && <Opened topic={topic} record={record} />}
    </li>
  );
}

/** The types of events, where Millrace knows the topic; else the beginning of the value. */
function Says({ record: { says, value } }: { readonly record: RecordView }) {
  const [first] = says?.items ?? [];
  if (first?.type === undefined)
    return <bdi className="mono">{value && (value.form === 'bytes' ? 'bytes' : value.text.slice(0, 200))}</bdi>;
  const more = (says?.total ?? 1) - 1;
  return (
    <>
      {first.type} {first.step !== undefined && <bdi>{first.step}</bdi>} {more > 0 && <b>+{more}</b>}
    </>
  );
}

function Opened({ topic, record }: { readonly topic: string; readonly record: RecordView }) {
  const { partition, offset, at, headers = [], says, misfit } = record;
  return (
    <div className="opened stack">
      {misfit !== undefined && (
        <p className="notice failed" dir="auto">
          The value is not what this topic is for: {misfit}
        </p>
      )}
      <dl className="facts">
        <dt>Record</dt>
        <dd>
          <Link to="/topics/$name" params={{ name: topic }} search={{ partition, from: offset }}>
            <code>
              {topic}/{partition}/{offset}
            </code>
          </Link>
        </dd>
        <dt>Written</dt>
        <dd>
          <Time at={at} exact />
        </dd>
        {headers.map(({ name, text, form }, index) => (
          <Header key={index} name={name} text={form === 'bytes' ? `base64 ${text}` : text} />
        ))}
      </dl>
      {says && <Events says={says} />}
      <RecordContent topic={topic} record={record} />
    </div>
  );
}

const Header = ({ name, text }: { readonly name: string; readonly text: string }) => (
  <>
    <dt>
      <bdi>{name}</bdi>
    </dt>
    <dd>
      <bdi>{text}</bdi>
    </dd>
  </>
);

/** The events of the record, one line each, with the way to their runs. */
function Events({ says }: { readonly says: NonNullable<RecordView['says']> }) {
  const left = says.total - says.items.length;
  return (
    <ul className="says">
      {says.items.map(({ type, run, step }, at) => (
        <li key={at} className="line">
          <code>{type ?? 'a record'}</code>
          {step !== undefined && <bdi>{step}</bdi>}
          {run !== undefined && (
            <Link to="/runs/$id" params={{ id: run }} search={step === undefined ? {} : { step }}>
              {run}
            </Link>
          )}
        </li>
      ))}
      {left > 0 && <li className="quiet">and {left} more</li>}
    </ul>
  );
}
