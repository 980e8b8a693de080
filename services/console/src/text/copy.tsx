import { useState } from 'react';

/** Copies a text. It says so when it is done, also where the browser does not allow it. */
export function Copy({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [said, setSaid] = useState<string>();
  const copy = () => {
    const done = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error('no clipboard'));
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
