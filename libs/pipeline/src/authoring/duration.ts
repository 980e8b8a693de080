import { LONGEST_MS } from '@millrace/contracts';
import { z } from 'zod';
import { PlanError } from '../plan/plan-error.js';

const MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time in a plan, in milliseconds: at most 100 years, so that every time that it leads to can be written. */
export const Millis = z.number().positive().max(LONGEST_MS);

/** A length of time: `500ms`, `30s`, `5m`, `2h`, `3d`, or a number of milliseconds. */
export type Duration = `${number}${keyof typeof MS}` | number;

/** In milliseconds. Throws a PlanError for what is no positive length of time, or more than 100 years. */
export function millisecondsOf(duration: Duration, step?: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(ms|s|m|h|d)$/.exec(String(duration)) ?? [];
  const ms = typeof duration === 'number' ? duration : Number(amount) * MS[unit as keyof typeof MS];
  if (ms > LONGEST_MS) throw new PlanError('BAD_DURATION', `"${duration}" is longer than 100 years (36500d)`, step);
  if (ms > 0) return ms;
  throw new PlanError('BAD_DURATION', `"${duration}" is not a length of time`, step);
}

/** The same length of time in the largest unit in which it is a whole number. */
export function durationOf(ms: number): string {
  const units = Object.entries(MS) as [keyof typeof MS, number][];
  const [unit, size] = units.findLast(([, size]) => Number.isSafeInteger(ms / size)) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}
