import type { RecordView } from '@millrace/client';
import { useState } from 'react';
import { download } from '../export/download.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { useRowKeys } from '../text/use-row-keys.js';
import { whole } from '../text/numbers.js';
import { Record } from './record.js';
import type { RecordsSearch } from './search.js';
import { type RecordsFound, useRecords } from './use-records.js';

interface RecordsProps {
  readonly topic: string;
  readonly search: RecordsSearch;
  /** The sum of the ends of all partitions: how many more there are now than when reading began. */
  readonly end: number;
}

const placeOf = ({ partition, offset }: RecordView): string => `${partition}/${offset}`;

/** The records that fit, one row each; a row opens in place. */
export function Records({ topic, search, end }: RecordsProps) {
  const found = useRecords(topic, search);
  const { items } = found;
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set([`${search.partition}/${search.from}`]));
  const toggle = (place: string) =>
    setOpened((before) =>
      before.has(place) ? new Set([...before].filter((one) => one !== place)) : new Set([...before, place]),
    );
  const current = useRowKeys({
    count: items.length,
    open: (at) => {
      const item = items[at];
      if (item) toggle(placeOf(item));
    },
    show: (at) => document.querySelectorAll('.records > li')[at]?.scrollIntoView({ block: 'nearest' }),
  });
  return (
    <>
      <Standing topic={topic} search={search} end={end} found={found} />
      {found.next === null && items.length === 0 && (
        <Empty title={found.looked.records === 0 ? 'There is no record there' : 'No record fits'}>
          <p className="quiet">{lookedText(found)}</p>
        </Empty>
      )}
      <ul className="records">
        {items.map((item, at) => (
          <Record
            key={placeOf(item)}
            topic={topic}
            record={item}
            isCurrent={at === current}
            isOpen={opened.has(placeOf(item))}
            toggle={() => toggle(placeOf(item))}
          />
        ))}
      </ul>
      {found.error !== undefined && <ProblemPage error={found.error} retry={found.goOn} />}
      {!found.isSearching && found.error === undefined && found.next !== null && (
        <button type="button" onClick={found.goOn}>
          {found.isStopped ? 'Go on' : 'More records'}
        </button>
      )}
    </>
  );
}

const sizeText = (bytes: number): string =>
  bytes < 1_024 * 1_024 ? `${Math.ceil(bytes / 1_024)} KB` : `${(bytes / 1_024 / 1_024).toFixed(1)} MB`;

const lookedText = ({ looked }: RecordsFound): string =>
  `${whole(looked.records)} ${looked.records === 1 ? 'record was' : 'records were'} looked at (${sizeText(looked.bytes)}).`;

/** Says how far the search is, stops it, and tells of records that came since. */
function Standing({ topic, search, end, found }: RecordsProps & { readonly found: RecordsFound }) {
  const [began] = useState(end);
  const isFromNewest = search.from === undefined && search.at === undefined && search.order !== 'oldest';
  const { items, isSearching, isStopped } = found;
  const state = isSearching ? 'Reading …' : isStopped ? 'Stopped.' : '';
  return (
    <div className="line">
      <span role="status" className="quiet">
        {state} {items.length} found; {lookedText(found)}
      </span>
      {isSearching && (
        <button type="button" onClick={found.stop}>
          Stop
        </button>
      )}
      {!isSearching && items.length > 0 && (
        <button
          type="button"
          className="plain"
          onClick={() => download(`${topic}.json`, JSON.stringify(items, null, 2), 'application/json')}
        >
          Export
        </button>
      )}
      {isFromNewest && end > began && <NewRecords count={end - began} />}
    </div>
  );
}

/** Offsets and not records are counted: transactions take offsets, too. */
const NewRecords = ({ count }: { readonly count: number }) => (
  <span className="quiet">{whole(count)} newer offsets since: press “Read” for them.</span>
);
