/** The choices of a time from which on something is shown, in the words of people. */
export const SINCE: Readonly<Record<string, string>> = {
  '': 'Any time',
  '1h': 'Last hour',
  yesterday: 'Since yesterday',
  '7d': 'Last 7 days',
};

const HOUR = 3_600_000;

/** Returns the time that a choice of `SINCE` stands for, or the time that the address gives itself; undefined for any time. */
export function sinceTime(since: string | undefined, now: Date): string | undefined {
  if (since === '1h') return new Date(now.getTime() - HOUR).toISOString();
  if (since === '7d') return new Date(now.getTime() - 7 * 24 * HOUR).toISOString();
  // The day before this one, from its midnight.
  if (since === 'yesterday') return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).toISOString();
  return since !== undefined && !Number.isNaN(Date.parse(since)) ? new Date(since).toISOString() : undefined;
}
