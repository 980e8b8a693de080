import type { StageView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { NumberField, numberIn } from '../acts/number-field.js';
import { millrace } from '../app/place.js';

interface LimitsDialogProps {
  readonly stage: StageView;
  readonly close: () => void;
}

/** Sets what a stage may do at most over all its processes. The weights of tenants stay as they are. */
export function LimitsDialog({ stage: { name, limits }, close }: LimitsDialogProps) {
  const [concurrency, setConcurrency] = useState(String(limits?.concurrency ?? ''));
  const [perSecond, setPerSecond] = useState(String(limits?.perSecond ?? ''));
  const act = (byWhom: { readonly by?: string; readonly reason?: string }) => {
    return millrace.stages.limit(name, {
      ...byWhom,
      ...numberIn('concurrency', concurrency),
      ...numberIn('perSecond', perSecond),
      ...(limits?.weights && { weights: limits.weights }),
    });
  };
  return (
    <ActDialog title={`Limits of ${name}`} verb="Set the limits" act={act} close={close}>
      <NumberField
        label="Steps at once, over all processes (empty: no limit)"
        value={concurrency}
        set={setConcurrency}
      />
      <NumberField
        label="Steps that begin each second (empty: no limit)"
        value={perSecond}
        set={setPerSecond}
        isAmount
      />
    </ActDialog>
  );
}
