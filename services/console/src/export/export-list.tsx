import { useEffect, useRef, useState } from 'react';
import { Refusal } from '../acts/act-dialog.js';
import { Overlay } from '../app/overlay.js';
import { whole } from '../text/numbers.js';
import { csvOf } from './csv.js';
import { download } from './download.js';

interface ExportListProps {
  /** The list’s name, for the file. */
  readonly name: string;
  /** Reads the rows that fit the filters, page by page. */
  readonly rows: (signal: AbortSignal) => AsyncIterable<object>;
}

/** The most rows of one file. */
const MOST_ROWS = 10_000;

/** A button that gives a list, with its filters, as a file of CSV or JSON. */
export function ExportList(list: ExportListProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="plain" onClick={() => setOpen(true)}>
        Export
      </button>
      {isOpen && <ExportDialog {...list} close={() => setOpen(false)} />}
    </>
  );
}

interface State {
  readonly read: number;
  readonly isReading: boolean;
  readonly isCut?: boolean;
  readonly error?: unknown;
}

function ExportDialog({ name, rows, close }: ExportListProps & { readonly close: () => void }) {
  const [state, setState] = useState<State>({ read: 0, isReading: false });
  const ends = useRef(new AbortController());
  useEffect(() => () => ends.current.abort(), []);
  const save = async (format: 'csv' | 'json') => {
    ends.current = new AbortController();
    const { signal } = ends.current;
    const found: object[] = [];
    setState({ read: 0, isReading: true });
    try {
      for await (const row of rows(signal)) {
        if (found.length === MOST_ROWS) break;
        found.push(row);
        if (found.length % 100 === 0) setState({ read: found.length, isReading: true });
      }
      if (format === 'csv') download(`${name}.csv`, csvOf(found), 'text/csv;charset=utf-8');
      else download(`${name}.json`, JSON.stringify(found, null, 2), 'application/json');
      setState({ read: found.length, isReading: false, isCut: found.length === MOST_ROWS });
    } catch (error) {
      if (!signal.aborted) setState({ read: 0, isReading: false, error });
    }
  };
  const { read, isReading, isCut, error } = state;
  return (
    <Overlay label={`Export ${name}`} close={close}>
      <section>
        <h2>Export {name}</h2>
        <p>All that match the filters, up to {whole(MOST_ROWS)}, as a file. It holds what the list shows of each.</p>
        {error !== undefined && <Refusal error={error} />}
        {(isReading || read > 0) && (
          <p role="status">
            {whole(read)} {isReading ? 'read so far' : 'in the file'}
            {isCut && '; there may be more: narrow the filters, to get the others'}
          </p>
        )}
        <div className="line">
          <button type="button" className="primary" disabled={isReading} onClick={() => void save('csv')}>
            Save as CSV
          </button>
          <button type="button" disabled={isReading} onClick={() => void save('json')}>
            Save as JSON
          </button>
          <button type="button" onClick={close}>
            Close
          </button>
        </div>
      </section>
    </Overlay>
  );
}
