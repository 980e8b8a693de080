import type { QuotaView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog, type ByWhom } from '../acts/act-dialog.js';
import { NumberField, numberIn } from '../acts/number-field.js';
import { millrace } from '../app/place.js';
import { nameOf } from './names.js';

/** Sets the limits of a quota. Its weights and its breaker stay as they are. */
export function QuotaDialog({ quota, close }: { readonly quota: QuotaView; readonly close: () => void }) {
  const [requests, setRequests] = useState(String(quota.requests ?? ''));
  const [tokens, setTokens] = useState(String(quota.tokens ?? ''));
  const [concurrency, setConcurrency] = useState(String(quota.concurrency ?? ''));
  const { provider, model, tenant, perMs, weights, breaker } = quota;
  const act = (byWhom: ByWhom) =>
    millrace.models.quota({
      ...{ provider, model, tenant, perMs },
      ...(weights && { weights }),
      ...(breaker && { breaker }),
      ...numberIn('requests', requests),
      ...numberIn('tokens', tokens),
      ...numberIn('concurrency', concurrency),
      ...byWhom,
    });
  const seconds = perMs / 1_000;
  return (
    <ActDialog title={`Limits of ${nameOf(quota)}`} verb="Set the limits" act={act} close={close}>
      <p className="quiet">
        They hold for all processes together, and at once. Without any limit the quota is removed.
      </p>
      <NumberField label={`Calls in ${seconds} s (empty: no limit)`} value={requests} set={setRequests} />
      <NumberField label={`Tokens in ${seconds} s (empty: no limit)`} value={tokens} set={setTokens} />
      <NumberField label="Calls at once (empty: no limit)" value={concurrency} set={setConcurrency} />
    </ActDialog>
  );
}
