import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { millrace } from '../app/place.js';
import { Payload } from '../payload/payload.js';
import { Loading } from '../states/loading.js';
import { ProblemPage } from '../states/pages.js';
import { Status } from '../text/status.js';
import { durationText } from '../time/words.js';
import { type ComparedStep, comparedSteps, type Side } from './compared.js';
import './run.css';

const route = getRouteApi('/runs/$id/compare');

const useRunOnce = (id: string | undefined) =>
  useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => millrace.runs.get(id ?? '', { signal }),
    enabled: id !== undefined,
  });

/** Two runs side by side, step by step: status, time, and what each gave where they differ. */
export function ComparePage() {
  const { id } = route.useParams();
  const { to } = route.useSearch();
  const [one, other] = [useRunOnce(id), useRunOnce(to)];
  const error = one.error ?? other.error;
  return (
    <>
      <p className="quiet">
        <Link to="/runs/$id" params={{ id }}>
          {id}
        </Link>
      </p>
      <h1>Compare two runs</h1>
      <Other id={id} to={to} />
      {error && <ProblemPage error={error} />}
      {to !== undefined && !error && (!one.data || !other.data) && <Loading />}
      {one.data && other.data && <Table rows={comparedSteps(one.data, other.data)} one={id} other={other.data.id} />}
    </>
  );
}

function Other({ id, to }: { readonly id: string; readonly to: string | undefined }) {
  const [text, setText] = useState(to ?? '');
  const navigate = useNavigate();
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    void navigate({ to: '/runs/$id/compare', params: { id }, search: text.trim() === '' ? {} : { to: text.trim() } });
  };
  return (
    <form className="line" onSubmit={submitted}>
      <label>
        <span>The other run</span>
        <input size={34} value={text} placeholder="run_…" onChange={({ target }) => setText(target.value)} />
      </label>
      <button type="submit">Compare</button>
    </form>
  );
}

interface TableProps {
  readonly rows: readonly ComparedStep[];
  readonly one: string;
  readonly other: string;
}

function Table({ rows, one, other }: TableProps) {
  const differing = rows.filter(({ isSame }) => !isSame).length;
  return (
    <section className="card scroll stack">
      <p role="status">{differing === 0 ? '= Both gave the same.' : `≠ ${differing} of ${rows.length} differ.`}</p>
      <table className="table compared">
        <thead>
          <tr>
            <th>Step</th>
            <th>
              <code>{one}</code>
            </th>
            <th>
              <code>{other}</code>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <td>
                <span aria-hidden="true">{row.isSame ? '=' : '≠'}</span>
                <span className="sr">{row.isSame ? 'same' : 'differs'}</span> <b>{row.name}</b>
              </td>
              <SideCell side={row.one} isSame={row.isSame} />
              <SideCell side={row.other} isSame={row.isSame} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function SideCell({ side, isSame }: { readonly side: Side | undefined; readonly isSame: boolean }) {
  if (!side) return <td className="quiet">not there</td>;
  return (
    <td>
      <Status of={side.status} /> {side.ms !== undefined && <span className="mono">{durationText(side.ms)}</span>}
      {!isSame && side.output !== undefined && <Payload title="Output" value={side.output} open />}
    </td>
  );
}
