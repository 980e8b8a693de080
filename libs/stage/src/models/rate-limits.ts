type Headers = Readonly<Record<string, string>>;

/** Pairs of headers that say what is left, and when there is more again: of OpenAI and those that imitate it, and of Anthropic. */
const PAIRS: readonly (readonly [left: string, reset: string])[] = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
  ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-requests-reset'],
  ['anthropic-ratelimit-tokens-remaining', 'anthropic-ratelimit-tokens-reset'],
];
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 86_400_000;

/** Returns for how many milliseconds the provider says that nothing is left; undefined where something is, or where it does not say. */
export function exhaustedMs(headers: Headers, now: number): number | undefined {
  const waits = PAIRS.flatMap(([left, reset]) => (headers[left] === '0' ? (resetMs(headers[reset], now) ?? []) : []));
  return waits.length === 0 ? undefined : Math.min(LONGEST_MS, Math.ceil(Math.max(...waits)));
}

/** Reads `6m0s`, `20ms`, a number of seconds, or a time of RFC 3339. */
function resetMs(given: string | undefined, now: number): number | undefined {
  if (given === undefined) return undefined;
  if (/^\d{1,9}(\.\d+)?$/.test(given)) return Number(given) * 1_000;
  if (/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(given)) {
    const parts = given.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g);
    return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0);
  }
  const at = Date.parse(given);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
