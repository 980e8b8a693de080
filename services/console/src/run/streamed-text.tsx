import { useEffect, useState } from 'react';
import { millrace } from '../app/place.js';
import { useIsVisible } from '../app/visible.js';
import { Prose } from '../payload/payload.js';

interface StreamedTextProps {
  readonly run: string;
  readonly step: string;
}

/** The text that a step writes, such as the answer of a model, while it is written. Nothing until there is some. */
export function StreamedText({ run, step }: StreamedTextProps) {
  const [text, setText] = useState('');
  const isVisible = useIsVisible();
  useEffect(() => {
    if (!isVisible) return;
    const ends = new AbortController();
    void follow({ run, step }, ends.signal, setText);
    return () => ends.abort();
  }, [run, step, isVisible]);
  if (text === '') return null;
  return (
    <section className="part" aria-label="Written so far">
      <h3>Written so far</h3>
      <Prose text={text} />
    </section>
  );
}

type Change = (change: (before: string) => string) => void;

async function follow(of: StreamedTextProps, signal: AbortSignal, change: Change): Promise<void> {
  try {
    for await (const event of millrace.runs.text(of, { signal })) {
      if (event.type === 'restart') change(() => '');
      else if (event.type === 'text') change((before) => before + event.text);
    }
  } catch {
    // The text so far is shown; the output comes with the run.
  }
}
