import { MillraceProblem, type ReplayPreview, type RunView } from '@millrace/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ActDialog, type ByWhom, Refusal } from '../acts/act-dialog.js';
import { JsonEditor, parsed } from '../acts/json-editor.js';
import { millrace } from '../app/place.js';
import { untilThere } from './until-there.js';

interface ReplayDialogProps {
  readonly run: RunView;
  /** The first step that is executed again. */
  readonly from: string;
  readonly close: () => void;
}

/** Replays a run from a step: shows which steps would be taken and which executed, and leads to the new run. */
export function ReplayDialog({ run, from, close }: ReplayDialogProps) {
  const before = JSON.stringify(run.input, null, 2) ?? '';
  const [text, setText] = useState(before);
  const [allowEffects, setAllowEffects] = useState(false);
  const navigate = useNavigate();
  const body = () => ({ from, allowEffects, ...(text !== before && { input: parsed(text) }) });
  const preview = useQuery({
    queryKey: ['replay-preview', run.id, from, allowEffects],
    queryFn: ({ signal }) => millrace.runs.previewReplay(run.id, { from, allowEffects }, { signal }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const isAboutEffects = preview.error instanceof MillraceProblem && preview.error.code === 'EFFECTS_NOT_ALLOWED';
  const act = async (byWhom: ByWhom) => {
    const { id } = await millrace.runs.replay(run.id, { ...body(), ...byWhom });
    await untilThere(id);
    await navigate({ to: '/runs/$id', params: { id } });
  };
  return (
    <ActDialog title={`Replay from ${from}?`} verb="Replay" act={act} close={close}>
      <p>A new run takes the outputs of the steps before as they are, and executes the rest.</p>
      {preview.error && <Refusal error={preview.error} />}
      {(isAboutEffects || allowEffects) && (
        <label className="check">
          <input type="checkbox" checked={allowEffects} onChange={({ target }) => setAllowEffects(target.checked)} />
          <span>Execute steps that have effects outside, too</span>
        </label>
      )}
      {preview.data && !preview.error && <Preview preview={preview.data} />}
      <details>
        <summary>Another input of the run</summary>
        <JsonEditor label="Input of the run" before={before} text={text} change={setText} />
      </details>
    </ActDialog>
  );
}

function Preview({ preview: { kept, executed, effects } }: { readonly preview: ReplayPreview }) {
  return (
    <dl className="facts">
      <dt>Taken</dt>
      <dd>{kept.join(', ') || 'none'}</dd>
      <dt>Executed</dt>
      <dd>{executed.join(', ') || 'none'}</dd>
      {effects.length > 0 && (
        <>
          <dt>Effects</dt>
          <dd className="bad">{effects.join(', ')}</dd>
        </>
      )}
    </dl>
  );
}
