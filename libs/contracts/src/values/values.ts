import { z } from 'zod';

/** The largest integer that a column `int` of PostgreSQL holds. */
const INT4_MAX = 2_147_483_647;
/** 9999-12-31T23:59:59.999Z: the last time that RFC 3339 can write. */
export const LAST_TIME = 253_402_300_799_999;
/** 100 years of 365 days. */
export const LONGEST_MS = 3_153_600_000_000;

/** Returns true when PostgreSQL, JSON and UTF-8 hold the text as it is: well-formed Unicode without a NUL. */
export const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** A text that every part of Millrace can store and send unchanged. */
export const text = ({ min = 0, max }: { readonly min?: number; readonly max: number }): z.ZodString =>
  (min === 0 ? z.string() : z.string().min(min))
    .max(max)
    .refine(isText, 'expected text without NUL and without halves of surrogate pairs');

/** One line for people about the output of a step. */
export const Summary = text({ min: 1, max: 200 });

/** The name of a pipeline, a stage, a schedule or a tenant; an id or a key that somebody chose. */
export const Name = text({ min: 1, max: 200 });
/** The name of a step, of one of its items (`embed[3]`), or of what undoes a step (`undo:book`). */
export const StepName = text({ min: 1, max: 200 });
/** The hash of a plan, or the way to a plan within one: `<hash>/<step>`. */
export const PlanReference = text({ min: 1, max: 2_000 });
/** An id that Millrace made; one that names a record holds the name of its topic. */
export const Id = text({ min: 1, max: 500 });
/** A key that a pipeline’s mapping computes from an input or a record, to group those that belong together; empty where all share one group. */
export const ComputedKey = text({ max: 500 });
/** The key by which two requests for a run are the same request. */
export const IdempotencyKey = text({ min: 1, max: 1_000 });
export const Person = text({ max: 200 });
export const Reason = text({ max: 2_000 });
/** Fields that say who did something and why, as far as they said. */
export const ByWhom = { by: Person.optional(), reason: Reason.optional() };

/** Returns who did something and why, without the fields that were not said: an empty text says nothing. */
export const byWhom = ({
  by,
  reason,
}: {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}): { by?: string; reason?: string } => ({
  ...(by && { by }),
  ...(reason && { reason }),
});

/** A W3C traceparent. One that is malformed begins a new trace. */
export const Traceparent = text({ max: 200 });

/** Milliseconds since the epoch, up to the end of the year 9999: a Date, RFC 3339 and `timestamptz` can all hold the time. */
export const TimeMs = z.int().min(0).max(LAST_TIME);
/** A length of time in milliseconds, at most 100 years: added to a time of this century the sum is a time. */
export const DurationMs = z.int().min(0).max(LONGEST_MS);
/** A number of things, as wide as its column. */
export const Count = z.int().min(0).max(INT4_MAX);
export const PositiveCount = z.int().min(1).max(INT4_MAX);
/** The number of a step's attempt: the first is 1. */
export const Attempt = PositiveCount;

/** A time as RFC 3339, in UTC; one that RFC 3339 cannot write as the nearest that it can. */
export const timeText = (ms: number): string =>
  new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LAST_TIME)).toISOString();

/** The same as the schemas of these names, for records that come by the thousand. */
export const isStepName = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= 200 && isText(value);
export const isTimeMs = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LAST_TIME;
export const isAttempt = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= INT4_MAX;

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

/**
 * Reads a time of RFC 3339 (`2026-01-31T09:00:00+01:00`): a day of the calendar, and an offset. The seconds may be left out;
 * what is finer than a millisecond is cut off. Undefined for everything else, and for times before 1970.
 */
export function readTime(given: string): number | undefined {
  const [, year, month, day, hour, minute, second = '0', fraction = '', sign, ahead = '0', aheadMinutes = '0'] =
    RFC_3339.exec(given) ?? [];
  if (year === undefined) return undefined;
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const isDay = local.getUTCMonth() === Number(month) - 1 && local.getUTCDate() === Number(day);
  if (!isDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(ahead) > 23 || Number(aheadMinutes) > 59) return undefined;
  local.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  const offsetMs = (Number(ahead) * 60 + Number(aheadMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
  return TimeMs.safeParse(local.getTime() - offsetMs).data;
}
