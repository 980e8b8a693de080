import { getRouteApi, Link } from '@tanstack/react-router';
import { MayAct } from '../app/may-act.js';
import { millrace } from '../app/place.js';
import { ExportList } from '../export/export-list.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { Time } from '../time/time.js';
import { BulkBar } from './bulk-bar.js';
import { Filters } from './filters.js';
import { RunRows } from './run-rows.js';
import type { RunsSearch } from './search.js';
import { useRuns } from './use-runs.js';
import './runs.css';

export { readRunsSearch } from './search.js';

const route = getRouteApi('/runs');

/** All runs, newest first, with what each does or waits for now. Every filter is in the address. */
export function RunsPage() {
  const search: RunsSearch = route.useSearch();
  const runs = useRuns(search);
  const { query, rows, fresh } = runs;
  const isFiltered = Object.keys(search).length > 0;
  return (
    <>
      <div className="line">
        <h1>Runs</h1>
        {isFiltered && (
          <MayAct>
            <BulkBar filters={runs.filters} />
          </MayAct>
        )}
        <ExportList
          name="runs"
          rows={(signal) => millrace.runs.list({ ...runs.filters, detail: 'true', limit: 200 }, { signal })}
        />
        <Stale of={query} />
      </div>
      <Filters search={search} />
      {fresh > 0 && (
        <button type="button" className="fresh" onClick={runs.showFresh}>
          {fresh}
          {runs.hasMoreFresh && '+'} new
        </button>
      )}
      {query.isPending && <Loading rows={9} />}
      {query.isError && query.data === undefined && (
        <ProblemPage error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data !== undefined && rows.length === 0 && runs.searchedTo === undefined && (
        <NoRuns isFiltered={isFiltered} />
      )}
      {rows.length > 0 && <RunRows key={runs.key} place={runs.key} rows={rows} more={runs.more} />}
      {runs.searchedTo !== undefined && (
        <p className="line">
          Searched down to <Time at={runs.searchedTo} exact />.
          <button type="button" disabled={!runs.next} onClick={runs.next}>
            Search further
          </button>
        </p>
      )}
    </>
  );
}

function NoRuns({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered)
    return (
      <Empty title="No run is like this">
        <Link className="button" to="/runs">
          Remove the filters
        </Link>
      </Empty>
    );
  return (
    <Empty title="No runs yet">
      <p className="quiet">Start one, and it is here at once:</p>
      <pre>npx millrace run start support-email mail.eml --watch</pre>
    </Empty>
  );
}
