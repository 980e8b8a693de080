import type { RunView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { MayAct } from '../app/may-act.js';
import { millrace } from '../app/place.js';
import { Time } from '../time/time.js';

/** The notes of people on a run, newest first. */
export function Notes({ run: { notes = [] } }: { readonly run: RunView }) {
  if (notes.length === 0) return null;
  return (
    <ul className="stack" aria-label="Notes">
      {notes.map(({ at, by, text }) => (
        <li key={`${at} ${text}`} className="notice">
          <p className="wrap prose" dir="auto">
            {text}
          </p>
          <p className="quiet">
            ✎ {by === undefined ? 'somebody' : <bdi>{by}</bdi>}, <Time at={at} />
          </p>
        </li>
      ))}
    </ul>
  );
}

/** Writes a note on a run, also on one that has ended. */
export function AddNote({ run }: { readonly run: RunView }) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const open = () => {
    setText('');
    setOpen(true);
  };
  return (
    <MayAct>
      <button type="button" onClick={open}>
        Note
      </button>
      {isOpen && (
        <ActDialog
          title="A note on this run"
          verb="Add the note"
          isWithoutReason
          act={({ by }) => millrace.runs.note(run.id, { text: text.trim(), ...(by !== undefined && { by }) })}
          close={() => setOpen(false)}
        >
          <p>Everybody who opens the run sees it. It stays in the trail of acts.</p>
          <label>
            <span>Note</span>
            <textarea
              dir="auto"
              rows={3}
              required
              maxLength={2_000}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          </label>
        </ActDialog>
      )}
    </MayAct>
  );
}
