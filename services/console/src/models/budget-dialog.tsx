import type { BudgetView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog, type ByWhom } from '../acts/act-dialog.js';
import { NumberField, numberIn } from '../acts/number-field.js';
import { millrace } from '../app/place.js';

/** Sets what may be spent. What is spent already counts. */
export function BudgetDialog({ budget, close }: { readonly budget: BudgetView; readonly close: () => void }) {
  const [amount, setAmount] = useState(String(budget.money ?? ''));
  const [tokens, setTokens] = useState(String(budget.tokens ?? ''));
  const [calls, setCalls] = useState(String(budget.calls ?? ''));
  const { name, provider, model, tenant, pipeline, per, atLimit } = budget;
  const which = Object.entries({ provider, model, tenant, pipeline }).filter(([, value]) => value !== undefined);
  const act = (byWhom: ByWhom) =>
    millrace.models.budget({
      ...{ name, per, atLimit },
      ...Object.fromEntries(which),
      ...numberIn('money', amount),
      ...numberIn('tokens', tokens),
      ...numberIn('calls', calls),
      ...byWhom,
    });
  return (
    <ActDialog title={`Limits of the budget ${name}`} verb="Set the limits" act={act} close={close}>
      <p className="quiet">
        What is spent already counts. Calls that wait for this budget go on where there is room. Without any limit the
        budget is removed.
      </p>
      <NumberField label="Money (empty: no limit)" value={amount} set={setAmount} isAmount />
      <NumberField label="Tokens (empty: no limit)" value={tokens} set={setTokens} />
      <NumberField label="Calls (empty: no limit)" value={calls} set={setCalls} />
    </ActDialog>
  );
}
