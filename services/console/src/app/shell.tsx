import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useOverview } from '../overview/use-overview.js';
import { Keyboard } from './keyboard.js';
import { useLiveChanges } from './live.js';
import { useMayAct } from './may-act.js';
import { applyTheme, theme, useMemory, zone } from './memory.js';

const PAGES = [
  { to: '/', name: 'Overview' },
  { to: '/runs', name: 'Runs' },
  { to: '/reviews', name: 'Reviews' },
  { to: '/dead-letters', name: 'Dead letters' },
  { to: '/pipelines', name: 'Pipelines' },
  { to: '/stages', name: 'Stages' },
  { to: '/models', name: 'Models' },
  { to: '/topics', name: 'Topics' },
  { to: '/schedules', name: 'Schedules' },
] as const;

/** Surrounds each page: the navigation with its counts, the theme, the time zone and the keyboard. */
export function Shell() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  useTitle(path);
  useLiveChanges();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="side">
        <Link className="brand" to="/" aria-label="Millrace, overview">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M2 7c3.3 0 3.3 3 6.7 3S12 7 15.3 7 18.7 10 22 10M2 14c3.3 0 3.3 3 6.7 3s3.3-3 6.6-3 3.4 3 6.7 3" />
          </svg>
          <span>Millrace</span>
        </Link>
        <nav aria-label="Pages">
          {PAGES.map(({ to, name }) => (
            <Link key={to} to={to} aria-current={isWithin(path, to) ? 'page' : undefined}>
              {name}
              <Count of={to} />
            </Link>
          ))}
        </nav>
        <div className="foot">
          <Choices />
        </div>
      </header>
      <main className="page" id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Keyboard />
    </div>
  );
}

const isWithin = (path: string, page: string): boolean =>
  page === '/' ? path === '/' : path === page || path.startsWith(`${page}/`);

function useTitle(path: string): void {
  useEffect(() => {
    const page = PAGES.findLast(({ to }) => isWithin(path, to));
    document.title = `${page?.name ?? 'Console'} · Millrace`;
  }, [path]);
}

/** The number of reviews that wait, or of dead letters that are open. */
function Count({ of }: { readonly of: string }) {
  const { data } = useOverview();
  const count = { '/reviews': data?.reviews, '/dead-letters': data?.deadLetters }[of];
  if (!count?.count) return null;
  return (
    <span className={of === '/dead-letters' ? 'badge alert' : 'badge'}>
      {count.count}
      {count.more && '+'}
    </span>
  );
}

const ZONES = ['local', 'UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo'];

function Choices() {
  const [chosenTheme, chosenZone] = [useMemory(theme), useMemory(zone)];
  const mayAct = useMayAct();
  return (
    <>
      {!mayAct && <span className="quiet">Read only</span>}
      <label>
        <span className="sr">Theme</span>
        <select
          value={chosenTheme}
          onChange={(event) => {
            theme.write(event.target.value);
            applyTheme();
          }}
        >
          <option value="system">System theme</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
      <label>
        <span className="sr">Time zone</span>
        <select value={chosenZone} onChange={(event) => zone.write(event.target.value)}>
          {ZONES.map((name) => (
            <option key={name} value={name}>
              {name === 'local' ? 'Local time' : name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
