import { readTime } from './values.js';

/** Returns the milliseconds from `now` that a `Retry-After` header asks for, in seconds or as a date of HTTP; undefined where it is neither. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Math.round(Number(text) * 1_000);
  const at = readTime(text) ?? Date.parse(text);
  return text === '' || Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
