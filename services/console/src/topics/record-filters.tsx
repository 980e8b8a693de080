import type { TopicView } from '@millrace/client';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useMemory, zone } from '../app/memory.js';
import { fieldText, timeIn } from '../time/zone-time.js';
import type { RecordsSearch } from './search.js';

const BEGIN = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  offset: 'From an offset',
  time: 'From a time',
  before: 'Before a time',
} as const;
type Begin = keyof typeof BEGIN;

function beginOf({ from, at, order }: RecordsSearch): Begin {
  if (at !== undefined) return order === 'newest' ? 'before' : 'time';
  if (typeof from === 'number') return 'offset';
  return from === 'oldest' || order === 'oldest' ? 'oldest' : 'newest';
}

interface FiltersProps {
  readonly topic: TopicView;
  readonly search: RecordsSearch;
}

/** Says where reading begins, and which records are shown. The choice counts when the form is sent, and stands in the address. */
export function RecordFilters({ topic, search }: FiltersProps) {
  const navigate = useNavigate();
  const inZone = useMemory(zone);
  const [begin, setBegin] = useState(beginOf(search));
  const submitted = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const next = searchOf((name) => String(form.get(name) ?? ''), { begin, inZone });
    void navigate({ to: '/topics/$name', params: { name: topic.name }, search: next });
  };
  return (
    <form className="line record-filters" role="search" onSubmit={submitted}>
      <label>
        <span>Begin</span>
        <select value={begin} onChange={({ target }) => setBegin(target.value as Begin)}>
          {Object.entries(BEGIN).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Partition</span>
        <select name="partition" defaultValue={search.partition ?? ''}>
          {begin !== 'offset' && <option value="">all</option>}
          {topic.ranges.map(({ partition }) => (
            <option key={partition} value={partition}>
              {partition}
            </option>
          ))}
        </select>
      </label>
      {begin === 'offset' && (
        <label>
          <span>Offset</span>
          <input
            name="offset"
            type="number"
            min={0}
            required
            defaultValue={typeof search.from === 'number' ? search.from : 0}
          />
        </label>
      )}
      {(begin === 'time' || begin === 'before') && <TimeField at={search.at} inZone={inZone} />}
      {!topic.contentHidden && <ContentFields search={search} />}
      <button type="submit" className="primary">
        Read
      </button>
    </form>
  );
}

const HOUR = 3_600_000;

function TimeField({ at, inZone }: { readonly at: string | undefined; readonly inZone: string }) {
  const [initial] = useState(() => fieldText(at === undefined ? Date.now() - HOUR : Date.parse(at), inZone));
  return (
    <label>
      <span>Time ({inZone === 'local' ? 'local' : inZone})</span>
      <input name="time" type="datetime-local" step={1} required defaultValue={initial} />
    </label>
  );
}

function ContentFields({ search }: { readonly search: RecordsSearch }) {
  return (
    <>
      <label>
        <span>Key</span>
        <input name="key" type="search" maxLength={500} placeholder="exactly" defaultValue={search.key ?? ''} />
      </label>
      <label className="grow">
        <span>Text</span>
        <input
          name="text"
          type="search"
          maxLength={200}
          placeholder="in the key, the value or a header"
          defaultValue={search.text ?? ''}
        />
      </label>
    </>
  );
}

function searchOf(
  field: (name: string) => string,
  { begin, inZone }: { readonly begin: Begin; readonly inZone: string },
): RecordsSearch {
  const [partition, key, text] = [field('partition'), field('key'), field('text').trim()];
  const time = timeIn(field('time'), inZone);
  return {
    ...(partition !== '' && { partition: Number(partition) }),
    ...(begin === 'oldest' && { from: 'oldest' as const }),
    ...(begin === 'offset' && { from: Number(field('offset')) }),
    ...(time !== undefined && { at: new Date(time).toISOString() }),
    ...(time !== undefined && begin === 'before' && { order: 'newest' as const }),
    ...(key !== '' && { key }),
    ...(text !== '' && { text }),
  };
}
