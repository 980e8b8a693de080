import type { ContentView, RecordView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { millrace } from '../app/place.js';
import { download } from '../export/download.js';
import { asHex, asJson, asText, bytesOf } from '../payload/bytes.js';
import '../payload/payload.css';
import { Copy } from '../text/copy.js';
import { whole } from '../text/numbers.js';

/** The longest value that is loaded, in bytes. */
const WHOLE = 2_000_000;
const FORMS = { json: 'JSON', text: 'Text', bytes: 'Hex' } as const;
type Form = keyof typeof FORMS;

/** The key and the value of a record, each as what it is; a long value is loaded when somebody asks for it. */
export function RecordContent({ topic, record }: { readonly topic: string; readonly record: RecordView }) {
  const { partition, offset, key, value, valueBytes } = record;
  const [isWhole, setWhole] = useState(false);
  const asked = useQuery({
    queryKey: ['record', topic, partition, offset],
    queryFn: async ({ signal }) => {
      const query = { partition, from: offset, limit: 1, contentBytes: WHOLE };
      return (await millrace.topics.records(topic, query, { signal })).items[0] ?? null;
    },
    enabled: isWhole,
    // A record never changes.
    staleTime: Infinity,
    gcTime: 30_000,
  });
  const shown = asked.data?.offset === offset ? (asked.data.value ?? value) : value;
  if (valueBytes === undefined) return <p className="quiet">The record has no value.</p>;
  if (shown === undefined) return null;
  return (
    <>
      {key && key.form !== 'text' && <Content title="Key" content={key} />}
      <Content key={String(shown.cut)} title="Value" content={shown} file={`${topic}-${partition}-${offset}`} />
      {shown.cut && !isWhole && (
        <div className="line">
          <span className="quiet">These are the first bytes of {whole(valueBytes)}.</span>
          <button type="button" onClick={() => setWhole(true)}>
            Load the value
          </button>
        </div>
      )}
      {asked.isFetching && <p role="status">Loading …</p>}
      {isWhole && shown.cut && !asked.isFetching && (
        <p role="status" className="quiet">
          {asked.isError ? 'The value could not be loaded.' : 'A value this long is not loaded whole.'}
        </p>
      )}
    </>
  );
}

interface ContentProps {
  readonly title: string;
  readonly content: ContentView;
  /** The name of the file that is downloaded. */
  readonly file?: string;
}

function Content({ title, content, file }: ContentProps) {
  const [form, setForm] = useState<Form>(content.form === 'json' && content.cut ? 'text' : content.form);
  const bytes = content.form === 'bytes' ? bytesOf(content.text) : new TextEncoder().encode(content.text);
  const show = { json: asJson, text: asText, bytes: asHex }[form];
  const forms = (Object.keys(FORMS) as Form[]).filter(
    (one) => one !== 'json' || (content.form === 'json' && !content.cut),
  );
  return (
    <div className="part">
      <div className="line">
        <h3>{title}</h3>
        {forms.map((one) => (
          <button key={one} type="button" className="chip" aria-pressed={one === form} onClick={() => setForm(one)}>
            {FORMS[one]}
          </button>
        ))}
        <Copy text={content.form === 'bytes' ? () => asHex(bytes) : content.text} />
        {file !== undefined && (
          <button type="button" className="plain" onClick={() => download(file, content.text, 'text/plain')}>
            Download
          </button>
        )}
      </div>
      <pre dir="auto" tabIndex={0} aria-label={title}>
        {show(bytes)}
      </pre>
    </div>
  );
}
