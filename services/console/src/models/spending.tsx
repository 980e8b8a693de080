import type { PricesView, SpendingList } from '@millrace/client';
import { count, whole } from '../text/numbers.js';
import { cost } from './amounts.js';

interface SpendingProps {
  readonly spending: SpendingList;
  readonly prices: PricesView | undefined;
}

/** The most lines that are shown; the export has all. */
const MOST = 200;

/** The tokens and the money that calls took, the newest day first. */
export function Spending({ spending: { items, currency }, prices }: SpendingProps) {
  if (items.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="spending">
      <h2 id="spending">Spending</h2>
      <p className="quiet">
        {prices
          ? `By the prices of version ${prices.version}, ${count(prices.prices.length, 'model')}.`
          : 'There is no price table, so nobody knows what calls cost: millrace model prices sets one.'}
        {items.length > MOST && ` The newest ${MOST} of ${items.length} lines.`}
      </p>
      <div className="card scroll models">
        <table className="table numbers">
          <thead>
            <tr>
              <th>Day (UTC)</th>
              <th>Pipeline</th>
              <th>Tenant</th>
              <th>Model</th>
              <th>Calls</th>
              <th>Tokens in</th>
              <th>Tokens out</th>
              <th>Cost</th>
            </tr>
          </thead>
          <tbody>
            {items.slice(0, MOST).map((line) => (
              <tr key={[line.day, line.pipeline, line.tenant, line.provider, line.model].join(' ')}>
                <td>{line.day}</td>
                <td>{line.pipeline ?? '–'}</td>
                <td>{line.tenant ?? '–'}</td>
                <td>
                  {line.model} <span className="quiet">{line.provider}</span>
                </td>
                <td>
                  {whole(line.calls)}
                  {line.unknown > 0 && <span className="bad"> {line.unknown} with an unknown end</span>}
                </td>
                <td>{whole(line.input)}</td>
                <td>
                  {whole(line.output)}
                  {line.estimated > 0 && <span className="quiet"> {count(line.estimated, 'call')} estimated</span>}
                </td>
                <td>{cost(line, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
