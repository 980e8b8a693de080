import type { DifferenceView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { millrace } from '../app/place.js';
import { Refusal } from '../acts/act-dialog.js';

interface Compared {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Reads the differences between two versions of a pipeline. */
export const useDifferences = ({ name, from, to }: Compared) =>
  useQuery({
    queryKey: ['diff', name, from, to],
    queryFn: ({ signal }) => millrace.pipelines.diff(name, { from: from ?? '', to: to ?? '' }, { signal }),
    enabled: from !== undefined && to !== undefined,
    staleTime: Infinity,
  });

const SIGNS = { added: '+', removed: '−', changed: '≠' } as const;

/** Lists the differences between two versions: steps, what they read, conditions, schemas. */
export function Differences(compared: Compared) {
  const { data, error } = useDifferences(compared);
  const { name, from, to } = compared;
  if (from === undefined) return null;
  return (
    <section className="card stack" aria-label="Differences">
      <div className="line">
        <h2>
          From version {from} to {to}
        </h2>
        <Link to="/pipelines/$name" params={{ name }} search={to === undefined ? {} : { version: to }}>
          Close
        </Link>
      </div>
      {error && <Refusal error={error} />}
      {data?.items.length === 0 && <p>= There is no difference.</p>}
      <ul className="stack">
        {data?.items.map((one) => (
          <Difference key={`${one.what} ${one.name} ${one.at ?? ''} ${one.change}`} of={one} />
        ))}
      </ul>
    </section>
  );
}

function Difference({ of: { what, name, change, at, before, after, breaking } }: { readonly of: DifferenceView }) {
  return (
    <li>
      <p>
        <b className={change}>
          {SIGNS[change]} {change}
        </b>{' '}
        {what} <b>{name}</b> {at !== undefined && <code>{at}</code>} {breaking && <b className="bad">⚠ breaking</b>}
      </p>
      {(before !== undefined || after !== undefined) && (
        <pre className="wrap">
          {before !== undefined && `− ${JSON.stringify(before)}\n`}
          {after !== undefined && `+ ${JSON.stringify(after)}`}
        </pre>
      )}
    </li>
  );
}
