import type { DeadLetterView } from '@millrace/client';
import { useState } from 'react';
import { Time } from '../time/time.js';
import { asHex, asJson, asText, bytesOf } from '../payload/bytes.js';

type Parked = NonNullable<DeadLetterView['record']>;
const FORMS = ['text', 'json', 'hex', 'base64'] as const;

/** A record as it came: where from, its headers, and its bytes as text, in hexadecimal or as base64. */
export function RecordView({ record }: { readonly record: Parked }) {
  const [form, setForm] = useState<(typeof FORMS)[number]>('text');
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const shown = (base64: string | null) => {
    if (base64 === null) return 'null';
    if (form === 'base64') return base64;
    if (form === 'json') return asJson(bytesOf(base64));
    return form === 'hex' ? asHex(bytesOf(base64)) : asText(bytesOf(base64));
  };
  return (
    <section className="card stack">
      <div className="line">
        <h2>The record</h2>
        {FORMS.map((name) => (
          <button key={name} type="button" className="chip" aria-pressed={form === name} onClick={() => setForm(name)}>
            {name}
          </button>
        ))}
      </div>
      <dl className="facts">
        <dt>From</dt>
        <dd>
          <code>
            {topic} / {partition} / {offset}
          </code>
        </dd>
        <dt>Written</dt>
        <dd>
          <Time at={timestamp} exact />
        </dd>
        <dt>Key</dt>
        <dd>
          <code dir="auto">{shown(key)}</code>
        </dd>
        {Object.entries(headers).map(([name, text]) => (
          <Header key={name} name={name} text={text} />
        ))}
      </dl>
      <h3>Value</h3>
      <pre className="bytes" dir="auto">
        {shown(value)}
      </pre>
    </section>
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
