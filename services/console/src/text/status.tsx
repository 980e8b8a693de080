import { MARKS, WORDS } from './states.js';

/** The chip of a status: its mark, its word and its colour, so that nobody needs to see the colour. */
export function Status({ of }: { readonly of: string }) {
  return (
    <span className={`status ${of}`}>
      <i aria-hidden="true">{MARKS[of] ?? '•'}</i>
      {WORDS[of] ?? of}
    </span>
  );
}
