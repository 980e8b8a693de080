import type { StepView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { JsonEditor, parsed } from '../acts/json-editor.js';
import { RedriveDialog } from '../acts/redrive-dialog.js';
import { millrace } from '../app/place.js';

/** The acts on a step that are possible now: a redrive, a signal. Reviews have a form of their own. */
export function StepActs({ run, step }: { readonly run: string; readonly step: StepView }) {
  const [open, setOpen] = useState<'redrive' | 'signal'>();
  const close = () => setOpen(undefined);
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
      </div>
      {open === 'redrive' && deadLetter !== undefined && (
        <RedriveDialog deadLetter={deadLetter} step={name} input={step.input} close={close} />
      )}
      {open === 'signal' && <SignalDialog run={run} step={name} close={close} />}
    </>
  );
}

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
