import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Overlay } from './overlay.js';
import { Palette } from './palette.js';

const GO: Readonly<Record<string, string>> = {
  o: '/',
  r: '/runs',
  v: '/reviews',
  d: '/dead-letters',
  j: '/jobs',
  p: '/pipelines',
  s: '/stages',
  m: '/models',
  t: '/topics',
  c: '/schedules',
};

const KEYS = [
  ['Ctrl K', 'Find a page, a pipeline or a run'],
  ['?', 'Show this help'],
  [
    'g then r',
    'Runs; o overview, v reviews, d dead letters, j jobs, p pipelines, s stages, m models, t topics, c schedules',
  ],
  ['j, k', 'The next and the previous row of a list'],
  ['Enter', 'Open the row'],
  ['r', 'Redrive the current group of dead letters'],
  ['c', 'Claim the review that is open'],
  ['a, x', 'In a review: yes, and no'],
  ['Ctrl Enter', 'Send a form'],
  ['Esc', 'Close what is open'],
] as const;

export const isTyping = (event: KeyboardEvent): boolean =>
  event.target instanceof HTMLElement &&
  event.target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null;

/** The keys that work on every page. */
export function Keyboard() {
  const [open, setOpen] = useState<'help' | 'palette'>();
  const navigate = useNavigate();
  useEffect(() => {
    let isGoing = false;
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
        event.preventDefault();
        setOpen('palette');
        return;
      }
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const to = isGoing ? GO[event.key] : undefined;
      isGoing = event.key === 'g';
      if (to !== undefined) void navigate({ to });
      else if (event.key === '?') setOpen('help');
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [navigate]);
  const close = () => setOpen(undefined);
  if (open === 'palette') return <Palette close={close} />;
  if (open !== 'help') return null;
  return (
    <Overlay label="Keys" close={close}>
      <section>
        <h2>Keys</h2>
        <dl className="facts">
          {KEYS.map(([key, does]) => (
            <KeyLine key={key} name={key} does={does} />
          ))}
        </dl>
        <div>
          <button type="button" onClick={close}>
            Close
          </button>
        </div>
      </section>
    </Overlay>
  );
}

const KeyLine = ({ name, does }: { readonly name: string; readonly does: string }) => (
  <>
    <dt>
      <kbd>{name}</kbd>
    </dt>
    <dd>{does}</dd>
  </>
);
