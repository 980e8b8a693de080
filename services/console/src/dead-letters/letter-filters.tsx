import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { SINCE } from '../time/since.js';
import { LETTER_STATUSES, type LettersSearch } from './search.js';

/** The filters of the dead letters: by status, by time, by text; those of a group or a stage can be taken away. */
export function LetterFilters({ search }: { readonly search: LettersSearch }) {
  const { status = 'open', since = '', view } = search;
  const navigate = useNavigate();
  return (
    <div className="filters" role="group" aria-label="Filters">
      <nav className="chips" aria-label="Status">
        {LETTER_STATUSES.map((name) => (
          <Link
            key={name}
            activeOptions={{ exact: true }}
            className={`chip ${name}`}
            to="/dead-letters"
            search={{ ...search, status: name }}
            aria-current={name === status}
          >
            {name}
          </Link>
        ))}
      </nav>
      <div className="line">
        <Link
          className="chip"
          activeOptions={{ exact: true }}
          to="/dead-letters"
          search={without(search, 'view', 'fingerprint')}
          aria-current={view === undefined}
        >
          by cause
        </Link>
        <Link
          className="chip"
          activeOptions={{ exact: true }}
          to="/dead-letters"
          search={{ ...search, view: 'letters' }}
          aria-current={view === 'letters'}
        >
          one by one
        </Link>
        <select
          aria-label="Parked"
          value={since}
          onChange={({ target }) =>
            void navigate({
              to: '/dead-letters',
              search: { ...without(search, 'since'), ...(target.value !== '' && { since: target.value }) },
            })
          }
        >
          {Object.entries(SINCE).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        <TextFilter key={search.text ?? ''} search={search} />
        <Narrowed search={search} />
      </div>
    </div>
  );
}

function without(search: LettersSearch, ...names: readonly (keyof LettersSearch)[]): LettersSearch {
  return Object.fromEntries(Object.entries(search).filter(([name]) => !names.some((one) => one === name)));
}

function TextFilter({ search }: { readonly search: LettersSearch }) {
  const [text, setText] = useState(search.text ?? '');
  const navigate = useNavigate();
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = text.trim();
    void navigate({
      to: '/dead-letters',
      search: { ...without(search, 'text'), ...(trimmed !== '' && { text: trimmed }) },
    });
  };
  return (
    <form onSubmit={submitted} role="search">
      <input
        type="search"
        aria-label="Text in the message, the input or the headers"
        placeholder="Text, then Enter"
        maxLength={200}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
    </form>
  );
}

const NARROW = ['pipeline', 'stage', 'code', 'fingerprint'] as const;

/** The filters that a link has set, each with the way out of it. */
function Narrowed({ search }: { readonly search: LettersSearch }) {
  return (
    <>
      {NARROW.filter((name) => search[name] !== undefined).map((name) => (
        <Link
          key={name}
          className="chip"
          activeOptions={{ exact: true }}
          to="/dead-letters"
          search={without(search, name)}
          aria-label={`Remove the filter ${name}`}
        >
          {name === 'fingerprint' ? 'one cause' : `${name}: ${search[name]}`} ✕
        </Link>
      ))}
    </>
  );
}
