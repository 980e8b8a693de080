import { useMemory, zone } from '../app/memory.js';
import { useNow } from './clock.js';
import { durationText, exactText, relativeText } from './words.js';

const SOON_MS = 60_000;

/** A time: relative to now, with the exact time in the chosen zone on hover and for screen readers. The one way in which times are shown. */
export function Time({ at, exact = false }: { readonly at: string | number; readonly exact?: boolean }) {
  const time = typeof at === 'number' ? at : Date.parse(at);
  const isNear = Math.abs(Date.now() - time) < SOON_MS;
  const now = useNow(isNear ? 1_000 : 15_000);
  const full = exactText(time, useMemory(zone));
  return (
    <time dateTime={new Date(time).toISOString()} title={full}>
      {exact ? full : relativeText(time, time > now && time <= Date.now() ? time : now)}
    </time>
  );
}

/** Shows how long something has been going on, or took. */
export function Took({ from, to }: { readonly from: string; readonly to?: string | undefined }) {
  const start = Date.parse(from);
  const now = useNow(1_000);
  return (
    <span className="mono">{durationText((to === undefined ? Math.max(now, start) : Date.parse(to)) - start)}</span>
  );
}
