import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type KeyboardEvent } from 'react';
import { Overlay } from './overlay.js';
import { millrace } from './place.js';

interface Entry {
  readonly name: string;
  readonly what: string;
  readonly to: string;
}

const PAGES: readonly Entry[] = [
  { name: 'Overview', what: 'page', to: '/' },
  { name: 'Runs', what: 'page', to: '/runs' },
  { name: 'Runs that wait for a person', what: 'page', to: '/runs?state=waiting-for-person' },
  { name: 'Runs that are dead-lettered', what: 'page', to: '/runs?state=dead-lettered' },
  { name: 'Reviews', what: 'page', to: '/reviews' },
  { name: 'Dead letters', what: 'page', to: '/dead-letters' },
  { name: 'Jobs', what: 'page', to: '/jobs' },
  { name: 'Pipelines', what: 'page', to: '/pipelines' },
  { name: 'Stages', what: 'page', to: '/stages' },
  { name: 'Models', what: 'page', to: '/models' },
  { name: 'Topics', what: 'page', to: '/topics' },
  { name: 'Schedules', what: 'page', to: '/schedules' },
];
const MOST = 10;

/** Finds pages and pipelines by name, and runs and dead letters by their ids. */
export function Palette({ close }: { readonly close: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const { data: pipelines = [] } = useQuery({
    queryKey: ['pipelines'],
    queryFn: ({ signal }) => millrace.pipelines.list({ signal }).all(),
  });
  const named = pipelines.map(({ name }) => ({ name, what: 'pipeline', to: `/pipelines/${name}` }));
  const found = [...byId(text.trim()), ...matching([...PAGES, ...named], text)].slice(0, MOST);
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    void navigate({ href: entry.to, to: entry.to });
  };
  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((now) => Math.min(Math.max(now + step, 0), found.length - 1));
    } else if (event.key === 'Enter') go(found[at]);
  };
  return (
    <Overlay label="Find" close={close}>
      <section className="palette">
        <input
          autoFocus
          aria-label="Find a page, a pipeline or a run"
          placeholder="Find a page, a pipeline, or paste an id"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-found"
          aria-activedescendant={found[at] && `palette-${at}`}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={pressed}
        />
        <ul id="palette-found" role="listbox" aria-label="Found">
          {found.map((entry, index) => (
            <li
              key={entry.to}
              id={`palette-${index}`}
              role="option"
              aria-selected={index === at}
              onClick={() => go(entry)}
            >
              <bdi>{entry.name}</bdi> <span className="quiet">{entry.what}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p className="quiet">Nothing is called that.</p>}
      </section>
    </Overlay>
  );
}

function byId(text: string): Entry[] {
  if (/^run_\w+/.test(text)) return [{ name: text, what: 'run', to: `/runs/${encodeURIComponent(text)}` }];
  if (/^dl_\w+/.test(text))
    return [{ name: text, what: 'dead letter', to: `/dead-letters/${encodeURIComponent(text)}` }];
  return [];
}

const matching = (entries: readonly Entry[], text: string): readonly Entry[] => {
  const wanted = text.trim().toLowerCase();
  return entries.filter(({ name }) => name.toLowerCase().includes(wanted));
};
