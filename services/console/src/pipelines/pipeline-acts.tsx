import type { PipelineView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { MayAct } from '../app/may-act.js';
import { millrace } from '../app/place.js';
import { PausedBy } from '../text/paused-by.js';

interface PipelineActsProps {
  readonly name: string;
  readonly paused: PipelineView['paused'];
}

/** Pauses a pipeline and goes on with it; says who paused it and why. */
export function PipelineActs({ name, paused }: PipelineActsProps) {
  const [isAsking, setAsking] = useState(false);
  const verb = paused ? 'Resume' : 'Pause';
  return (
    <>
      <MayAct>
        <button type="button" onClick={() => setAsking(true)}>
          {verb}
        </button>
      </MayAct>
      {paused && <PausedBy paused={paused} />}
      {isAsking && (
        <ActDialog
          title={`${verb} ${name}?`}
          verb={verb}
          act={(byWhom) => (paused ? millrace.pipelines.resume(name, byWhom) : millrace.pipelines.pause(name, byWhom))}
          close={() => setAsking(false)}
        >
          <p>{paused ? 'Runs that were held begin.' : 'No new run of it begins; runs that are under way go on.'}</p>
        </ActDialog>
      )}
    </>
  );
}
