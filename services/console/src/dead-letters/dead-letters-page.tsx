import { getRouteApi, Link } from '@tanstack/react-router';
import { Groups } from './groups.js';
import { LetterFilters } from './letter-filters.js';
import { Letters } from './letters.js';
import { useLettersFilter } from './search.js';
import './dead-letters.css';

const route = getRouteApi('/dead-letters');

/** Parked steps and records that nobody could read: by cause, or one by one. Every filter is in the address. */
export function DeadLettersPage() {
  const search = route.useSearch();
  const filter = useLettersFilter(search);
  return (
    <>
      <div className="line">
        <h1>Dead letters</h1>
        <Link to="/jobs">Jobs</Link>
      </div>
      <LetterFilters search={search} />
      {search.view === 'letters' ? (
        <Letters search={search} filter={filter} />
      ) : (
        <Groups search={search} filter={filter} />
      )}
    </>
  );
}
