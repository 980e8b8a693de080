import type { QuotaView } from '@millrace/client';
import { useState } from 'react';
import { MayAct } from '../app/may-act.js';
import { Time } from '../time/time.js';
import { count } from '../text/numbers.js';
import { nameOf } from './names.js';
import { QuotaDialog } from './quota-dialog.js';

/** The quotas, with what is under way and what waits. Those that wait for the end of a pause stand first. */
export function Quotas({ quotas }: { readonly quotas: readonly QuotaView[] }) {
  if (quotas.length === 0) return null;
  const sorted = quotas.toSorted((a, b) => urgency(b) - urgency(a));
  return (
    <section className="stack" aria-labelledby="quotas">
      <h2 id="quotas">Quotas</h2>
      <ul className="cards">
        {sorted.map((quota) => (
          <Quota key={nameOf(quota)} quota={quota} />
        ))}
      </ul>
    </section>
  );
}

const urgency = ({ pausedUntil, waiting }: QuotaView): number => (pausedUntil === undefined ? 0 : 1e9) + waiting;

function Quota({ quota }: { readonly quota: QuotaView }) {
  const [isOpen, setOpen] = useState(false);
  const { requests, tokens, concurrency, perMs, waiting, running, pausedUntil, breaker } = quota;
  return (
    <li className="card stack">
      <h3 className="wrap">{nameOf(quota)}</h3>
      {pausedUntil !== undefined && (
        <p className="bad">
          ‖ Nobody calls until <Time at={pausedUntil} exact />: the provider asked for a pause, or has failed too often.
        </p>
      )}
      <dl className="facts">
        <dt>Limits</dt>
        <dd>
          {[
            requests !== undefined && `${count(requests, 'call')} ${windowOf(perMs)}`,
            tokens !== undefined && `${count(tokens, 'token')} ${windowOf(perMs)}`,
            concurrency !== undefined && `${count(concurrency, 'call')} at once`,
          ]
            .filter((part) => part !== false)
            .join(', ') || 'none'}
        </dd>
        <dt>Under way</dt>
        <dd>{running}</dd>
        <dt>Waiting</dt>
        <dd>{waiting === 0 ? 0 : <b>{waiting}</b>}</dd>
        {breaker && (
          <>
            <dt>Breaker</dt>
            <dd>
              {count(breaker.failures, 'failure')} in a row pause it for {breaker.pauseMs / 1_000} s
            </dd>
          </>
        )}
      </dl>
      <MayAct>
        <div className="line">
          <button type="button" onClick={() => setOpen(true)}>
            Limits
          </button>
        </div>
      </MayAct>
      {isOpen && <QuotaDialog quota={quota} close={() => setOpen(false)} />}
    </li>
  );
}

const windowOf = (ms: number): string => (ms === 60_000 ? 'a minute' : `in ${ms / 1_000} s`);
