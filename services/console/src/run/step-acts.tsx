import type { RunView, StepView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { JsonEditor, parsed } from '../acts/json-editor.js';
import { RedriveDialog } from '../acts/redrive-dialog.js';
import { useMayAct } from '../app/may-act.js';
import { millrace } from '../app/place.js';
import { ReplayDialog } from './replay-dialog.js';

/** The acts on a step that are possible now: a redrive, a signal, a replay. Reviews have a form of their own. */
export function StepActs({ run, step }: { readonly run: RunView; readonly step: StepView }) {
  const [open, setOpen] = useState<'redrive' | 'signal' | 'replay'>();
  const close = () => setOpen(undefined);
  const mayAct = useMayAct();
  const { deadLetter, allowedActions, name } = step;
  return (
    <>
      <div className="line">
        {allowedActions.includes('redrive') && deadLetter !== undefined && (
          <button type="button" className="primary" onClick={() => setOpen('redrive')}>
            Redrive
          </button>
        )}
        {allowedActions.includes('signal') && (
          <button type="button" className="primary" onClick={() => setOpen('signal')}>
            Send the signal
          </button>
        )}
        {mayAct && isReplayable(run, step) && (
          <button type="button" onClick={() => setOpen('replay')}>
            Replay from here
          </button>
        )}
      </div>
      {open === 'redrive' && deadLetter !== undefined && (
        <RedriveDialog deadLetter={deadLetter} step={name} input={step.input} close={close} />
      )}
      {open === 'replay' && <ReplayDialog run={run} from={name} close={close} />}
      {open === 'signal' && <SignalDialog run={run.id} step={name} close={close} />}
    </>
  );
}

/** A run is replayed from a step of its plan that it has reached; a child run with its parent, and an item with its step. */
const isReplayable = ({ parent }: RunView, { name, status }: StepView): boolean =>
  parent === undefined && !/[[:]/.test(name) && status !== 'pending' && status !== 'skipped';

interface SignalDialogProps {
  readonly run: string;
  readonly step: string;
  readonly close: () => void;
}

function SignalDialog({ run, step, close }: SignalDialogProps) {
  const [text, setText] = useState('{}');
  return (
    <ActDialog
      title={`Send the signal that ${step} waits for`}
      verb="Send"
      act={async (byWhom) => {
        await millrace.runs.signal({ run, step }, { payload: parsed(text), ...byWhom });
      }}
      close={close}
    >
      <JsonEditor label="Payload" before="{}" text={text} change={setText} />
    </ActDialog>
  );
}
