import { Cron } from 'croner';
import { PlanError } from '../plan/plan-error.js';
import { WallClock } from './wall-clock.js';

interface Times {
  readonly cron: string;
  readonly zone: string;
}

/** The length of the longest repeated hour; no zone sets its clock back by more. */
const REPEATED_MS = 3 * 3_600_000;
const MOST = 1_000;

/** Times that are read: the dates that they mean, in no zone yet, and the zone's clock. */
interface Read {
  /** Gives wall times alone: `WallClock` says when the clock shows them. */
  readonly dates: Cron;
  readonly clock: WallClock;
  /** Comes in every hour of a day, so it goes on through an hour that is repeated. */
  readonly isHourly: boolean;
}

const known = new Map<string, Read>();

function read({ cron, zone }: Times): Read {
  const name = `${zone} ${cron}`;
  let found = known.get(name);
  if (!found) {
    const dates = new Cron(cron, { utcOffset: 0, mode: '5-part' });
    found = { dates, clock: new WallClock(zone), isHourly: isHourly(cron) };
    if (known.size >= MOST) known.clear();
    known.set(name, found);
  }
  return found;
}

/** Tells whether the hours of a cron are all 24 of them, however they are written. */
function isHourly(cron: string): boolean {
  const hours = cron.trim().split(/\s+/)[1];
  if (hours === undefined) return cron.trim().toLowerCase() === '@hourly';
  const daily = new Cron(`0 ${hours} * * *`, { utcOffset: 0, mode: '5-part' });
  return daily.nextRuns(24, new Date(-1)).at(-1)?.getTime() === 23 * 3_600_000;
}

const NICKNAME = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i;

/** @throws {PlanError} BAD_START, for times that cannot be read or never come */
export function checkCron(times: Times, name: string): void {
  const refused = (why: string): PlanError => new PlanError('BAD_START', `the schedule "${name}" ${why}`);
  const fields = times.cron.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5 && !NICKNAME.test(times.cron.trim()))
    throw refused(
      `has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'} in its cron "${times.cron}", not five: minute, hour, day of the month, month and day of the week, e.g. "0 9 * * 1-5"`,
    );
  if (!isZone(times.zone))
    throw refused(
      `has the time zone "${times.zone}", which is not known: give the name of an IANA zone, e.g. Europe/Berlin`,
    );
  let next: number | undefined;
  try {
    next = nextTick(times, Date.UTC(2024, 0, 1));
  } catch (error) {
    throw refused(`has the cron "${times.cron}", which cannot be read: ${reasonOf(error as Error)}`);
  }
  if (next === undefined) throw refused(`never comes: ${times.cron}`);
}

/** croner counts months from 0 in what it says. */
const reasonOf = ({ message }: Error): string =>
  message
    .replace(/^CronPattern: /, '')
    .replace(/^(Invalid value for \w+): .*/, '$1')
    .replace(/\.+$/, '');

/** Offsets such as `+02:00` are zones to `Intl`, and no IANA names. */
function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    return new WallClock(zone) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Returns the first time after `after`, in milliseconds since the epoch; undefined where there is none. Where the clock is set forward, a time that it jumps
 * over comes right after the jump. Where it is set back, a time that it shows twice comes the first time only. A schedule that comes in every hour goes on
 * through both: it comes whenever the clock shows one of its times.
 */
export function nextTick(times: Times, after: number): number | undefined {
  const { dates, clock, isHourly } = read(times);
  const from = clock.wallAt(after);
  let next: number | undefined;
  for (const wall of wallsOf(dates, from)) {
    const shown = clock.timesOf(wall);
    next = (isHourly ? shown : [shown[0] ?? clock.jumpOver(wall)]).find((at) => at > after);
    if (next !== undefined) break;
  }
  if (next === undefined || !isHourly || !clock.isSetBack(after, next)) return next;
  for (const wall of wallsOf(dates, from - REPEATED_MS)) {
    const [first = -Infinity, second = first] = clock.timesOf(wall);
    if (first >= next) break;
    if (second > after) next = Math.min(next, second);
  }
  return next;
}

function* wallsOf(dates: Cron, after: number): Generator<number> {
  for (let date = dates.nextRun(new Date(after)); date; date = dates.nextRun(date)) yield date.getTime();
}

/** A time that came while nobody could look is still in time so long after. */
const GRACE_MS = 60_000;

export interface Due {
  /** To be run now, oldest first. */
  readonly ticks: readonly number[];
  /** The time at which to look again. */
  readonly next: number | undefined;
}

/** Returns the times of a schedule that are to be run at `now`, given the first that has not been: what was missed is caught up with as it says, at most `most` at once. */
export function dueTicks(
  schedule: Times & { readonly catchUp: 'none' | 'last' | 'all' },
  options: { first: number; now: number; most: number },
): Due {
  const { first, now, most } = options;
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

/** Returns the request for a schedule's time: one run, whoever asks, however often. */
export function tickAsks(
  { name, inputOf }: { readonly name: string; inputOf(tick: object): unknown },
  tick: number,
): { readonly key: string; readonly input: unknown } {
  const at = new Date(tick).toISOString();
  return { key: `schedule/${name}/${at}`, input: inputOf({ at, schedule: name }) };
}
