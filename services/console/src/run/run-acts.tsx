import type { RunView } from '@millrace/client';
import { type ReactNode, useState } from 'react';
import { ActDialog, type ByWhom } from '../acts/act-dialog.js';
import { millrace } from '../app/place.js';

interface RunAct {
  readonly name: string;
  readonly action: RunView['allowedActions'][number];
  readonly about: string;
  readonly isDanger?: boolean;
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
    act: (id, byWhom) => millrace.runs.cancel(id, { ...byWhom, compensate: true }),
  },
];

/** The acts on a run that are possible now, and no others. */
export function RunActs({ run }: { readonly run: RunView }) {
  const [chosen, setChosen] = useState<RunAct>();
  const possible = ACTS.filter(({ action }) => run.allowedActions.includes(action));
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
      {dialog}
    </>
  );
}
