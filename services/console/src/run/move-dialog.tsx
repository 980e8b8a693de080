import type { RunView } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { millrace } from '../app/place.js';
import { nodesOf } from '../graph/plan.js';

interface MoveDialogProps {
  readonly run: RunView;
  readonly close: () => void;
}

/** Moves a run to another version of its pipeline, from one of that version's steps on. */
export function MoveDialog({ run: { id, pipeline, plan }, close }: MoveDialogProps) {
  const versions = useQuery({
    queryKey: ['versions', pipeline],
    queryFn: ({ signal }) => millrace.pipelines.versions(pipeline, { signal }),
  });
  const others = versions.data?.items.filter((version) => version.plan !== plan) ?? [];
  const [chosen, setChosen] = useState<string>();
  const to = chosen ?? others[0]?.plan;
  const detail = useQuery({
    queryKey: ['version', pipeline, to],
    queryFn: ({ signal }) => millrace.pipelines.version({ name: pipeline, version: to ?? '' }, { signal }),
    enabled: to !== undefined,
  });
  const steps = nodesOf(detail.data?.definition).map(({ name }) => name);
  const [step, setStep] = useState<string>();
  const from = step !== undefined && steps.includes(step) ? step : steps[0];
  const act = async (byWhom: { readonly by?: string; readonly reason?: string }) => {
    if (to === undefined || from === undefined) throw new Error('Its pipeline has no other version to move to.');
    await millrace.runs.move(id, { to, from, ...byWhom });
  };
  return (
    <ActDialog title="Move this run to another version?" verb="Move" act={act} close={close}>
      <p>What ended before the chosen step is kept where it fits. The run goes on with the other version from there.</p>
      {versions.data && others.length === 0 && <p className="bad">Its pipeline has no other version.</p>}
      <label>
        <span>Version</span>
        <select value={to ?? ''} onChange={({ target }) => setChosen(target.value)}>
          {others.map((version) => (
            <option key={version.plan} value={version.plan}>
              {version.version}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>From the step</span>
        <select value={from ?? ''} onChange={({ target }) => setStep(target.value)}>
          {steps.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
    </ActDialog>
  );
}
