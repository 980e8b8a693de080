import { Cron } from 'croner';
import { PlanError } from './plan-error.js';

interface Times {
  readonly cron: string;
  readonly zone: string;
}

const crons = new Map<string, Cron>();
const MOST = 1_000;

function cronOf({ cron, zone }: Times): Cron {
  const name = `${zone} ${cron}`;
  let known = crons.get(name);
  if (!known) {
    known = new Cron(cron, { timezone: zone, mode: '5-part' });
    if (crons.size >= MOST) crons.clear();
    crons.set(name, known);
  }
  return known;
}

/** @throws {PlanError} BAD_START, for times that cannot be read or never come */
export function checkCron(times: Times, name: string): void {
  let next: number | undefined;
  try {
    next = nextTick(times, Date.UTC(2024, 0, 1));
  } catch (error) {
    throw new PlanError(
      'BAD_START',
      `the schedule "${name}" cannot be read: ${(error as Error).message.split('. ')[0]}`,
    );
  }
  if (next === undefined) throw new PlanError('BAD_START', `the schedule "${name}" never comes: ${times.cron}`);
}

/**
 * The first time after `after`, in milliseconds since the epoch; undefined where there is none. On the day that an hour is left out, what lies in it comes
 * right after it; on the day that one comes twice, a time of day comes once, and what comes every few minutes goes on.
 */
export function nextTick(times: Times, after: number): number | undefined {
  return cronOf(times).nextRun(new Date(after))?.getTime();
}

/** A time that came while nobody could look is still in time so long after. */
const GRACE_MS = 60_000;

export interface Due {
  /** To be run now, oldest first. */
  readonly ticks: readonly number[];
  /** When to look again. */
  readonly next: number | undefined;
}

/** Which times of a schedule are to be run at `now`, given the first that has not been: what was missed is caught up with as it says, at most `most` at once. */
export function dueTicks(
  schedule: Times & { readonly catchUp: 'none' | 'last' | 'all' },
  of: { first: number; now: number; most: number },
): Due {
  const { first, now, most } = of;
  if (first > now) return { ticks: [], next: first };
  if (schedule.catchUp === 'all') {
    const ticks: number[] = [];
    let tick: number | undefined = first;
    for (; tick !== undefined && tick <= now && ticks.length < most; tick = nextTick(schedule, tick)) ticks.push(tick);
    return { ticks, next: tick };
  }
  const last = lastTick(schedule, { first, now });
  const isWanted = schedule.catchUp === 'last' || now - last <= GRACE_MS;
  return { ticks: isWanted ? [last] : [], next: nextTick(schedule, now) };
}

/** The last time at or before `now`, without walking through all between: looks back further and further. */
function lastTick(times: Times, { first, now }: { first: number; now: number }): number {
  for (let back = 60_000; ; back *= 4) {
    const from = Math.max(first - 1, now - back);
    let tick = nextTick(times, from);
    if (tick === undefined || tick > now) {
      if (from < first) return first;
      continue;
    }
    for (let next = nextTick(times, tick); next !== undefined && next <= now; next = nextTick(times, tick)) tick = next;
    return tick;
  }
}

/** What a time of a schedule asks for: one run, whoever asks, however often. */
export function tickAsks(
  { name, inputOf }: { readonly name: string; inputOf(tick: object): unknown },
  tick: number,
): { readonly key: string; readonly input: unknown } {
  const at = new Date(tick).toISOString();
  return { key: `schedule/${name}/${at}`, input: inputOf({ at, schedule: name }) };
}
