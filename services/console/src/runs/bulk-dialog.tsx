import type { QueryOf } from '@millrace/client';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ByWhomFields, Refusal } from '../acts/act-dialog.js';
import { actor } from '../app/memory.js';
import { Overlay } from '../app/overlay.js';
import { actOnAll, type BulkKind, type BulkProgress, matching, MOST_RUNS } from './bulk.js';

const WORDS = {
  pause: { verb: 'Pause', about: 'Nothing new is begun for them; they can be resumed.' },
  resume: { verb: 'Resume', about: 'They go on where they were paused.' },
  cancel: { verb: 'Cancel', about: 'They end, and cannot be resumed. What their steps have done stays done.' },
} as const;

interface BulkDialogProps {
  readonly kind: BulkKind;
  readonly filters: QueryOf<'listRuns'>;
  readonly close: () => void;
}

/** Acts on all runs that match: says how many, asks for who and why, shows how far it is, and can be stopped. */
export function BulkDialog({ kind, filters, close }: BulkDialogProps) {
  const { verb, about } = WORDS[kind];
  const [reason, setReason] = useState('');
  const [progress, setProgress] = useState<BulkProgress>();
  const [isOver, setOver] = useState(false);
  const stopping = useRef(new AbortController());
  useEffect(() => () => stopping.current.abort(), []);
  const runs = useQuery({
    queryKey: ['bulk', filters],
    queryFn: ({ signal }) => matching(filters, signal),
    gcTime: 0,
    staleTime: Infinity,
  });
  // The runs that are acted on stay the same, though they soon no longer match.
  const [acted, setActed] = useState<number>();
  const total = acted ?? runs.data?.length;
  const submitted = async (event: FormEvent) => {
    event.preventDefault();
    if (!runs.data) return;
    const by = actor.read().trim();
    const byWhom = { ...(by && { by }), ...(reason.trim() && { reason: reason.trim() }) };
    setActed(runs.data.length);
    setProgress({ done: 0, refused: 0 });
    stopping.current = new AbortController();
    await actOnAll({ kind, runs: runs.data, byWhom, signal: stopping.current.signal, progress: setProgress });
    setOver(true);
  };
  return (
    <Overlay label={`${verb} runs`} close={close}>
      <form onSubmit={(event) => void submitted(event)}>
        <h2>{`${verb} ${total ?? '…'} runs?`}</h2>
        <p>{about}</p>
        {total === MOST_RUNS && <p className="bad">There are more: these are the newest {MOST_RUNS}.</p>}
        {runs.error && <Refusal error={runs.error} />}
        {progress === undefined && <ByWhomFields reason={reason} setReason={setReason} needsName={false} />}
        {progress && (
          <p role="status">
            <progress max={total} value={progress.done} aria-label="Done" /> {progress.done} of {total} done
            {progress.refused > 0 && `, ${progress.refused} refused: they do not allow it now`}
          </p>
        )}
        <div className="line">
          {progress === undefined && (
            <button type="submit" className={kind === 'cancel' ? 'danger' : 'primary'} disabled={!total}>
              {verb}
            </button>
          )}
          {progress && !isOver && (
            <button type="button" className="danger" onClick={() => stopping.current.abort()}>
              Stop
            </button>
          )}
          <button type="button" onClick={close}>
            {isOver ? 'Close' : 'Do nothing more'}
          </button>
        </div>
      </form>
    </Overlay>
  );
}
