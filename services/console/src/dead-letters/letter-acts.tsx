import type { DeadLetterView } from '@millrace/client';
import { useState } from 'react';
import { ActDialog, type ByWhom } from '../acts/act-dialog.js';
import { millrace } from '../app/place.js';

type Letter = Pick<DeadLetterView, 'id' | 'allowedActions' | 'assignee'>;

interface LetterAct {
  readonly name: string;
  readonly about: string;
  /** The name of the text that the act takes; undefined where it takes none. */
  readonly text?: string;
  readonly isPossible: (letter: Letter) => boolean;
  readonly act: (id: string, text: string, byWhom: ByWhom) => Promise<unknown>;
}

const always = () => true;
const { deadLetters } = millrace;

const ACTS: readonly LetterAct[] = [
  {
    name: 'Resolve',
    about: 'It is closed as dealt with otherwise, and is not redriven.',
    isPossible: ({ allowedActions }) => allowedActions.includes('resolve'),
    act: (id, _, byWhom) => deadLetters.resolve(id, byWhom),
  },
  {
    name: 'Reopen',
    about: 'It is open again, and can be redriven.',
    isPossible: ({ allowedActions }) => allowedActions.includes('reopen'),
    act: (id, _, byWhom) => deadLetters.reopen(id, byWhom),
  },
  {
    name: 'Assign',
    about: 'Says who looks after it. Without a name nobody does.',
    text: 'To whom',
    isPossible: always,
    act: (id, to, byWhom) => deadLetters.assign(id, { ...byWhom, ...(to !== '' && { to }) }),
  },
  {
    name: 'Note',
    about: 'Everybody who opens it sees the note.',
    text: 'Note',
    isPossible: always,
    act: (id, text, byWhom) => deadLetters.note(id, { ...byWhom, text }),
  },
  {
    name: 'Tag',
    about: 'Adds a word to find it by.',
    text: 'Tag',
    isPossible: always,
    act: (id, tag, byWhom) => deadLetters.tag(id, { ...byWhom, add: [tag] }),
  },
  {
    name: 'Link a ticket',
    about: 'Adds the address of a ticket.',
    text: 'Address',
    isPossible: always,
    act: (id, url, byWhom) => deadLetters.link(id, { ...byWhom, url }),
  },
];

/** The acts on a dead letter beside the redrive: resolve, assign, note, tag, link. */
export function LetterActs({ letter }: { readonly letter: Letter }) {
  const [chosen, setChosen] = useState<LetterAct>();
  const [text, setText] = useState('');
  const open = (act: LetterAct) => {
    setText(act.name === 'Assign' ? (letter.assignee ?? '') : '');
    setChosen(act);
  };
  return (
    <>
      {ACTS.filter(({ isPossible }) => isPossible(letter)).map((act) => (
        <button key={act.name} type="button" onClick={() => open(act)}>
          {act.name}
        </button>
      ))}
      {chosen && (
        <ActDialog
          title={`${chosen.name} this dead letter`}
          verb={chosen.name}
          act={(byWhom) => chosen.act(letter.id, text.trim(), byWhom)}
          close={() => setChosen(undefined)}
        >
          <p>{chosen.about}</p>
          {chosen.text !== undefined && (
            <label>
              <span>{chosen.text}</span>
              <textarea dir="auto" rows={2} value={text} onChange={({ target }) => setText(target.value)} />
            </label>
          )}
        </ActDialog>
      )}
    </>
  );
}
