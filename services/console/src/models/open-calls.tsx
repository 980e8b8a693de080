import type { ModelsView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { Time } from '../time/time.js';
import { whole } from '../text/numbers.js';

/** The most calls that are shown. */
const MOST = 100;

/** The calls of which nobody knows whether the provider did the work, and then those that are under way. */
export function OpenCalls({ calls }: { readonly calls: ModelsView['calls'] }) {
  if (calls.length === 0) return null;
  const sorted = calls.toSorted((a, b) => Number(b.status === 'unknown') - Number(a.status === 'unknown'));
  return (
    <section className="stack" aria-labelledby="calls">
      <h2 id="calls">Calls under way, or with an unknown end</h2>
      <div className="card scroll models">
        <table className="table">
          <thead>
            <tr>
              <th>Since</th>
              <th>State</th>
              <th>Model</th>
              <th>Run and step</th>
              <th>Tokens at most</th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, MOST).map(({ id, run, step, provider, model, since, status, tokens }) => (
              <tr key={`${id} ${since}`}>
                <td>
                  <Time at={since} />
                </td>
                <td className={status === 'unknown' ? 'bad' : undefined}>
                  {status === 'unknown' ? '⚠ unknown end' : '▶ under way'}
                </td>
                <td>
                  {model} <span className="quiet">{provider}</span>
                </td>
                <td>
                  <Link to="/runs/$id" params={{ id: run }} search={{ step }}>
                    {step}
                  </Link>
                </td>
                <td>{whole(tokens)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
