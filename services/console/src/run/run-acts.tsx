import type { RunView } from '@millrace/client';
import { type ReactNode, useState } from 'react';
import { ActDialog, type ByWhom } from '../acts/act-dialog.js';
import { millrace } from '../app/place.js';
import { canBeUndone } from '../graph/plan.js';
import { MoveDialog } from './move-dialog.js';
import { usePlan } from './use-run.js';

interface RunAct {
  readonly name: string;
  readonly action: RunView['allowedActions'][number];
  readonly about: string;
  readonly isDanger?: boolean;
  /** It undoes what the run has done: only where the plan says how. */
  readonly isUndo?: boolean;
  readonly act: (id: string, byWhom: ByWhom) => Promise<unknown>;
}

const ACTS: readonly RunAct[] = [
  {
    name: 'Pause',
    action: 'pause',
    about: 'Nothing new is begun; what is under way ends. It can be resumed.',
    act: (id, byWhom) => millrace.runs.pause(id, byWhom),
  },
  {
    name: 'Resume',
    action: 'resume',
    about: 'The run goes on where it was paused.',
    act: (id, byWhom) => millrace.runs.resume(id, byWhom),
  },
  {
    name: 'Cancel',
    action: 'cancel',
    about: 'The run ends, and cannot be resumed. What its steps have done stays done.',
    isDanger: true,
    act: (id, byWhom) => millrace.runs.cancel(id, byWhom),
  },
  {
    name: 'Cancel and undo',
    action: 'cancel',
    about:
      'What the steps have done is undone first, the last first, as far as the pipeline says how. Then the run ends.',
    isDanger: true,
    isUndo: true,
    act: (id, byWhom) => millrace.runs.cancel(id, { ...byWhom, compensate: true }),
  },
];

/** The acts on a run that are possible now, and no others. */
export function RunActs({ run }: { readonly run: RunView }) {
  const [chosen, setChosen] = useState<RunAct>();
  const { data } = usePlan(run);
  // The plan of a child run is a part of another one, which cannot be read alone.
  const isUndoable = run.compensatingAs === undefined && (data ? canBeUndone(data.definition) : run.plan.includes('/'));
  const possible = ACTS.filter(
    ({ action, isUndo }) => run.allowedActions.includes(action) && (isUndoable || isUndo !== true),
  );
  const [isMoving, setMoving] = useState(false);
  const dialog: ReactNode = chosen && (
    <ActDialog
      title={`${chosen.name} this run?`}
      verb={chosen.name}
      isDanger={chosen.isDanger ?? false}
      act={(byWhom) => chosen.act(run.id, byWhom)}
      close={() => setChosen(undefined)}
    >
      <p>{chosen.about}</p>
    </ActDialog>
  );
  return (
    <>
      {possible.map((act) => (
        <button key={act.name} type="button" className={act.isDanger ? 'danger' : ''} onClick={() => setChosen(act)}>
          {act.name}
        </button>
      ))}
      {run.allowedActions.includes('move') && (
        <button type="button" onClick={() => setMoving(true)}>
          Move
        </button>
      )}
      {isMoving && <MoveDialog run={run} close={() => setMoving(false)} />}
      {dialog}
    </>
  );
}
