import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ActDialog, type ByWhom, Refusal } from '../acts/act-dialog.js';
import { millrace } from '../app/place.js';
import type { LettersFilter } from '../dead-letters/search.js';

export type JobKind = 'redrive' | 'resolve';

const WORDS = {
  redrive: { verb: 'Redrive', about: 'Each goes on from where it failed. Whatever fails again comes back here.' },
  resolve: { verb: 'Resolve', about: 'They are closed as dealt with otherwise, and are not redriven.' },
} as const;

interface JobDialogProps {
  readonly kind: JobKind;
  readonly filter: LettersFilter;
  readonly close: () => void;
}

/** Shows which letters a job would be about, asks for a rate and for who and why, and begins it. Leads to the job. */
export function JobDialog({ kind, filter, close }: JobDialogProps) {
  const [rate, setRate] = useState('');
  const navigate = useNavigate();
  const preview = useQuery({
    queryKey: ['job-preview', kind, filter],
    queryFn: ({ signal }) => millrace.jobs.preview({ kind, filter }, { signal }),
    gcTime: 0,
  });
  const { verb, about } = WORDS[kind];
  const act = async (byWhom: ByWhom) => {
    const perSecond = rate.trim() === '' ? undefined : Number(rate);
    const { id } = await millrace.jobs.begin({
      kind,
      filter,
      ...byWhom,
      ...(perSecond !== undefined && { perSecond }),
    });
    await navigate({ to: '/jobs/$id', params: { id } });
  };
  const count = preview.data === undefined ? '…' : preview.data.letters;
  return (
    <ActDialog title={`${verb} ${count} dead letters?`} verb={verb} act={act} close={close}>
      <p>{about}</p>
      {preview.error && <Refusal error={preview.error} />}
      {preview.data && (
        <ul className="preview">
          {preview.data.groups.map(({ stage, code, letters, refused }) => (
            <li key={`${stage} ${code}`}>
              <b>{letters}</b> <code className="bad">{code}</code> {stage !== undefined && <>at {stage}</>}
              {refused > 0 && <span className="quiet">, {refused} refused: redriven too often</span>}
            </li>
          ))}
        </ul>
      )}
      <label>
        <span>At most so many each second (empty: as fast as it goes)</span>
        <input type="number" min={0.01} step="any" value={rate} onChange={({ target }) => setRate(target.value)} />
      </label>
    </ActDialog>
  );
}
