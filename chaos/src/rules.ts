import { shareOf } from './chance.js';

/*
 * Defines how the order pipeline behaves, run by run. Everything follows from the run's id and its input, so the harness knows
 * before it starts what each run has to come to.
 */

export const MAX_ATTEMPTS = 3;

/** The number of times that reserving fails before it works; with MAX_ATTEMPTS it never works. */
export function failuresOf(run: string): number {
  const share = shareOf(`reserve/${run}`);
  if (share < 0.8) return 0;
  if (share < 0.91) return 1;
  return share < 0.97 ? 2 : MAX_ATTEMPTS;
}

/** Refused at the first attempt, and not to be tried again. */
export const isRefused = (run: string): boolean => shareOf(`refuse/${run}`) < 0.01;

/** A person has to approve it, which nobody does. */
export const isHeld = (run: string): boolean => shareOf(`hold/${run}`) < 0.03;

export const isInsured = (run: string): boolean => shareOf(`insure/${run}`) < 0.3;

/** Milliseconds that a step's outside call takes: mostly little, in one of five cases as long as a model's answer. */
export function workMsOf(run: string, step: string): number {
  const share = shareOf(`work/${run}/${step}`);
  return Math.round(share < 0.8 ? share * 25 : 500 + (share - 0.8) * 10_000);
}

export const weightOf = (item: string): number => Buffer.byteLength(item) * 3 + 1;
export const priceOf = (amount: number): number => amount * 17;
export const quoteOf = (item: string, amount: number): number => weightOf(item) + priceOf(amount);
export const INSURANCE = 1_000;

export type Ending = 'completed' | 'dead-lettered' | 'waiting';

/** The outcome that a run must have. */
export interface Expected {
  readonly run: string;
  readonly status: Ending;
  /** Steps that give a result, `reserve` after so many failures. */
  readonly steps: readonly string[];
  readonly failures: number;
  /** The total that is charged and returned, where it comes to that. */
  readonly total: number;
}

export function expectationOf(run: string, { item, amount }: { item: string; amount: number }): Expected {
  const total = quoteOf(item, amount) + (isInsured(run) ? INSURANCE : 0);
  const before = ['open', 'weigh', 'price', 'quote'];
  const failures = isRefused(run) ? 1 : failuresOf(run);
  if (isRefused(run) || failures >= MAX_ATTEMPTS)
    return { run, status: 'dead-lettered', steps: before, failures, total };
  const reserved = [...before, 'reserve', ...(isInsured(run) ? ['insure'] : [])];
  if (isHeld(run)) return { run, status: 'waiting', steps: reserved, failures, total };
  return { run, status: 'completed', steps: [...reserved, 'pay'], failures, total };
}
