import { useState } from 'react';

interface CopyProps {
  /** A text that takes time to make is made when it is asked for. */
  readonly text: string | (() => string);
  readonly label?: string;
}

/** Copies a text. It says so when it is done, also where the browser does not allow it. */
export function Copy({ text, label = 'Copy' }: CopyProps) {
  const [said, setSaid] = useState<string>();
  const copy = () => {
    const copied = typeof text === 'string' ? text : text();
    const done = navigator.clipboard
      ? navigator.clipboard.writeText(copied)
      : Promise.reject(new Error('no clipboard'));
    done.then(
      () => setSaid('Copied'),
      () => setSaid('Select and copy it by hand'),
    );
  };
  return (
    <>
      <button type="button" className="plain" onClick={copy} onBlur={() => setSaid(undefined)}>
        {said ?? label}
      </button>
      <span className="sr" role="status">
        {said}
      </span>
    </>
  );
}
