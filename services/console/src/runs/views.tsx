import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { memory, useMemory } from '../app/memory.js';
import { readRunsSearch, type RunsSearch } from './search.js';

/** A set of filters that somebody has given a name. */
interface View {
  readonly name: string;
  readonly search: RunsSearch;
}

const kept = memory('views', '[]');

/** Reads the views that are kept in this browser; what is none is left out. */
function viewsIn(text: string): readonly View[] {
  try {
    const found: unknown = JSON.parse(text);
    if (!Array.isArray(found)) return [];
    return found.flatMap((one) => {
      const { name, search } = Object(one) as { readonly name?: unknown; readonly search?: unknown };
      return typeof name === 'string'
        ? [{ name, search: readRunsSearch(Object(search) as Record<string, unknown>) }]
        : [];
    });
  } catch {
    return [];
  }
}

/** Keeps filters under a name, and goes back to them. They stay in this browser; their address can be sent to others. */
export function Views({ search }: { readonly search: RunsSearch }) {
  const views = viewsIn(useMemory(kept));
  const [name, setName] = useState<string>();
  const navigate = useNavigate();
  const current = views.find((view) => JSON.stringify(view.search) === JSON.stringify(search));
  const keep = (next: readonly View[]) => kept.write(JSON.stringify(next));
  const save = () => {
    const wanted = name?.trim();
    if (wanted) keep([...views.filter((view) => view.name !== wanted), { name: wanted, search }]);
    setName(undefined);
  };
  return (
    <span className="line">
      {views.length > 0 && (
        <select
          aria-label="Saved views"
          value={current?.name ?? ''}
          onChange={({ target }) => {
            const view = views.find((one) => one.name === target.value);
            if (view) void navigate({ to: '/runs', search: view.search });
          }}
        >
          <option value="">Saved views</option>
          {views.map((view) => (
            <option key={view.name}>{view.name}</option>
          ))}
        </select>
      )}
      {current && (
        <button type="button" className="plain" onClick={() => keep(views.filter((view) => view !== current))}>
          Forget this view
        </button>
      )}
      {!current && name === undefined && Object.keys(search).length > 0 && (
        <button type="button" className="plain" onClick={() => setName('')}>
          Save this view
        </button>
      )}
      {name !== undefined && (
        <form
          className="line"
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <input
            autoFocus
            aria-label="Name of the view"
            maxLength={60}
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
          <button type="submit">Save</button>
        </form>
      )}
    </span>
  );
}
