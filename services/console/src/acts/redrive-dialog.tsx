import { useState } from 'react';
import { millrace } from '../app/place.js';
import { ActDialog, type ByWhom, Refusal } from './act-dialog.js';
import { JsonEditor, parsed } from './json-editor.js';

interface RedriveDialogProps {
  readonly deadLetter: string;
  /** The step that goes on; undefined for a record, which is sent as it came. */
  readonly step: string | undefined;
  readonly input: unknown;
  readonly redriven?: () => Promise<unknown> | void;
  readonly close: () => void;
}

type Checked = { readonly isFine: true } | { readonly isFine: false; readonly error: unknown };

/** Redrives one dead letter: as it is, or with an input that somebody has edited. A check says beforehand if it would be refused. */
export function RedriveDialog({ deadLetter, step, input, redriven, close }: RedriveDialogProps) {
  const before = JSON.stringify(input, null, 2) ?? '';
  const [text, setText] = useState(before);
  const [checked, setChecked] = useState<Checked>();
  const edited = () => (step === undefined || text === before ? {} : { input: parsed(text) });
  const check = async () => {
    try {
      await millrace.deadLetters.redrive(deadLetter, { ...edited(), dryRun: true });
      setChecked({ isFine: true });
    } catch (error) {
      setChecked({ isFine: false, error });
    }
  };
  const act = async (byWhom: ByWhom) => {
    await millrace.deadLetters.redrive(deadLetter, { ...byWhom, ...edited() });
    await redriven?.();
  };
  return (
    <ActDialog
      title={step === undefined ? 'Redrive this record?' : `Redrive ${step}?`}
      verb="Redrive"
      act={act}
      close={close}
    >
      <p>
        {step === undefined
          ? 'The record is sent to its topic again, with its original key, bytes and headers.'
          : 'The run goes on from this step.'}
      </p>
      {step !== undefined && (
        <JsonEditor
          label="Input of the step"
          before={before}
          text={text}
          change={(next) => {
            setText(next);
            setChecked(undefined);
          }}
        />
      )}
      <div className="line">
        <button type="button" onClick={() => void check()}>
          Check
        </button>
        {checked?.isFine && <span role="status">✓ It would be accepted.</span>}
      </div>
      {checked?.isFine === false && <Refusal error={checked.error} />}
    </ActDialog>
  );
}
