import type { BudgetView } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { MayAct } from '../app/may-act.js';
import { count } from '../text/numbers.js';
import { money } from './amounts.js';
import { BudgetDialog } from './budget-dialog.js';
import { type Counted, usesOf } from './budget-use.js';

interface BudgetsProps {
  readonly budgets: readonly BudgetView[];
  readonly counted: readonly Counted[];
  readonly currency: string | undefined;
}

/** The budgets, and how much of each is spent. */
export function Budgets({ budgets, counted, currency }: BudgetsProps) {
  if (budgets.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="budgets">
      <h2 id="budgets">Budgets</h2>
      <ul className="cards">
        {budgets.map((budget) => (
          <Budget key={budget.name} budget={budget} counted={counted} currency={currency} />
        ))}
      </ul>
    </section>
  );
}

const AT_LIMIT: Readonly<Record<BudgetView['atLimit'], string>> = {
  warn: 'calls go through, and the log says so',
  cheaper: 'the cheaper route answers',
  wait: 'calls wait for more',
  stop: 'calls fail',
};
const EACH = {
  call: 'each call',
  step: 'each step',
  run: 'each run',
  day: 'each day (UTC)',
  total: 'all time',
} as const;

function Budget({ budget, counted, currency }: Omit<BudgetsProps, 'budgets'> & { readonly budget: BudgetView }) {
  const [isOpen, setOpen] = useState(false);
  const { name, per, atLimit, provider, model, tenant, pipeline } = budget;
  const of = [pipeline, tenant, model, provider].filter((part) => part !== undefined);
  const { fullest, subjects } = usesOf(budget, counted);
  return (
    <li className="card stack">
      <h3 className="wrap">{name}</h3>
      <dl className="facts">
        <dt>For</dt>
        <dd className="wrap">{of.length === 0 ? 'all calls' : of.join(', ')}</dd>
        <dt>Allowed</dt>
        <dd>
          {limitsOf(budget, currency)} for {EACH[per]}
        </dd>
        <dt>At the limit</dt>
        <dd>{AT_LIMIT[atLimit]}</dd>
      </dl>
      {fullest ? (
        <div className="stack">
          <meter
            min={0}
            max={1}
            high={0.9}
            value={Math.min(1, fullest.share)}
            aria-label={`Spent of ${name}`}
            className={fullest.share >= 1 ? 'spent' : undefined}
          />
          <span className="wrap">
            {Math.floor(fullest.share * 100)} % spent <Subject of={fullest.subject} per={per} />
            {subjects > 1 && <span className="quiet">, the fullest of {subjects}</span>}
          </span>
        </div>
      ) : (
        <p className="quiet">Nothing is spent yet.</p>
      )}
      <MayAct>
        <div className="line">
          <button type="button" onClick={() => setOpen(true)}>
            Limits
          </button>
        </div>
      </MayAct>
      {isOpen && <BudgetDialog budget={budget} close={() => setOpen(false)} />}
    </li>
  );
}

/** Says for which day the share is, or for which run, with the way to it. */
function Subject({ of, per }: { readonly of: string; readonly per: BudgetView['per'] }) {
  if (per === 'day') return <>on {of}</>;
  if (per !== 'run' && per !== 'step') return null;
  const [run = '', ...step] = of.split('/');
  return (
    <>
      by{' '}
      <Link to="/runs/$id" params={{ id: run }} search={per === 'step' ? { step: step.join('/') } : {}}>
        {per === 'step' ? `${step.join('/')} of ${run}` : run}
      </Link>
    </>
  );
}

const limitsOf = ({ money: most, tokens, calls }: BudgetView, currency: string | undefined): string =>
  [
    most !== undefined && money(most, currency),
    tokens !== undefined && count(tokens, 'token'),
    calls !== undefined && count(calls, 'call'),
  ]
    .filter((part) => part !== false)
    .join(', ');
