import type { StageView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { millrace } from '../app/place.js';

interface LimitsDialogProps {
  readonly stage: StageView;
  readonly close: () => void;
}

const numberIn = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text));

/** Sets what a stage may do at most over all its processes. The weights of tenants stay as they are. */
export function LimitsDialog({ stage: { name, limits }, close }: LimitsDialogProps) {
  const [concurrency, setConcurrency] = useState(String(limits?.concurrency ?? ''));
  const [perSecond, setPerSecond] = useState(String(limits?.perSecond ?? ''));
  const act = (byWhom: { readonly by?: string; readonly reason?: string }) => {
    const [most, rate] = [numberIn(concurrency), numberIn(perSecond)];
    return millrace.stages.limit(name, {
      ...byWhom,
      ...(most !== undefined && { concurrency: most }),
      ...(rate !== undefined && { perSecond: rate }),
      ...(limits?.weights && { weights: limits.weights }),
    });
  };
  return (
    <ActDialog title={`Limits of ${name}`} verb="Set the limits" act={act} close={close}>
      <label>
        <span>Steps at once, over all processes (empty: no limit)</span>
        <input type="number" min={1} value={concurrency} onChange={({ target }) => setConcurrency(target.value)} />
      </label>
      <label>
        <span>Steps that begin each second (empty: no limit)</span>
        <input
          type="number"
          min={0}
          step="any"
          value={perSecond}
          onChange={({ target }) => setPerSecond(target.value)}
        />
      </label>
    </ActDialog>
  );
}
