const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  [DAY, 'd'],
  [HOUR, 'h'],
  [MINUTE, 'min'],
  [SECOND, 's'],
] as const;

/** Writes a duration with its two largest units: `3 d 4 h`, `2 min 5 s`, `1.5 s`, `12 ms`. */
export function durationText(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toString()} s`;
  const first = UNITS.findIndex(([size]) => ms >= size);
  const [size, unit] = UNITS[first] ?? UNITS[3];
  const next = UNITS[first + 1];
  const whole = Math.floor(ms / size);
  const rest = next ? Math.floor((ms - whole * size) / next[0]) : 0;
  return rest > 0 && next ? `${whole} ${unit} ${rest} ${next[1]}` : `${whole} ${unit}`;
}

/** Writes how long ago or from now a time is: `just now`, `5 min ago`, `in 3 d`. */
export function relativeText(at: number, now: number): string {
  const distance = Math.abs(now - at);
  if (distance < SECOND) return 'just now';
  const [size, unit] = UNITS.find(([one]) => distance >= one) ?? UNITS[3];
  const text = `${Math.floor(distance / size)} ${unit}`;
  return at > now ? `in ${text}` : `${text} ago`;
}

/** Writes a time in a zone to the second, with the zone: `30 Nov 2026, 09:41:07 GMT+1`. `local` is the browser's own zone. */
export function exactText(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...{ day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    timeZoneName: 'short',
    ...(zone !== 'local' && { timeZone: zone }),
  }).format(at);
}
