// An oracle for schedules: walks through time minute by minute and looks at the clock, as a person would.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The clock of a zone is set from one offset to another. */
export interface Change {
  readonly zone: string;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Returns the changes of every IANA zone in the years; zones whose clocks always agree are named once. */
export function changesOf(firstYear: number, lastYear: number): readonly Change[] {
  const kinds = new Map<string, readonly Change[]>();
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const offsetAt = offsetsOf(zone);
    const changes: Change[] = [];
    for (let at = Date.UTC(firstYear, 0, 1); at < Date.UTC(lastYear + 1, 0, 1); at += 7 * DAY) {
      const [from, to] = [offsetAt(at), offsetAt(at + 7 * DAY)];
      if (from === to) continue;
      let [before, after] = [at, at + 7 * DAY];
      while (after - before > MINUTE) {
        const middle = Math.floor((before + after) / 2 / MINUTE) * MINUTE;
        if (offsetAt(middle) === from) before = middle;
        else after = middle;
      }
      changes.push({ zone, at: after, from, to });
    }
    const kind = changes.map(({ at, from, to }) => `${at} ${from} ${to}`).join();
    if (!kinds.has(kind)) kinds.set(kind, changes);
  }
  return [...kinds.values()].flat();
}

function offsetsOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (at) => {
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?$/.exec(format.format(at))!;
    return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE);
  };
}

/** Returns when a cron comes around a change, `[from, to]`, minute by minute. */
export function lookedAt(cron: string, change: Change, [first, last]: readonly [number, number]): readonly number[] {
  const { isMeant, isHourly } = datesOf(cron);
  const shown = new Set<number>();
  const times: number[] = [];
  for (let at = first; at <= last; at += MINUTE) {
    const wall = at + (at < change.at ? change.from : change.to);
    let comes = isMeant(wall) && (isHourly || !shown.has(wall));
    shown.add(wall);
    if (at === change.at && !isHourly)
      for (let leftOut = at + change.from; leftOut < wall; leftOut += MINUTE) comes ||= isMeant(leftOut);
    if (comes) times.push(at);
  }
  return times;
}

function datesOf(cron: string): { isMeant(wall: number): boolean; isHourly: boolean } {
  const fields = cron.split(' ') as [string, string, string, string, string];
  const [minutes, hours] = [numbersOf(fields[0], 0, 59), numbersOf(fields[1], 0, 23)];
  const [days, months, weekdays] = [
    numbersOf(fields[2], 1, 31),
    numbersOf(fields[3], 1, 12),
    numbersOf(fields[4], 0, 6),
  ];
  const isEither = fields[2] !== '*' && fields[4] !== '*';
  const isMeant = (wall: number): boolean => {
    const date = new Date(wall);
    if (!minutes.has(date.getUTCMinutes()) || !hours.has(date.getUTCHours())) return false;
    const [isDay, isWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
    return months.has(date.getUTCMonth() + 1) && (isEither ? isDay || isWeekday : isDay && isWeekday);
  };
  return { isMeant, isHourly: hours.size === 24 };
}

function numbersOf(field: string, lowest: number, highest: number): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', step] = part.split('/');
    const [low = lowest, high = step === undefined ? low : highest] =
      range === '*' ? [lowest, highest] : range.split('-').map(Number);
    for (let number = low; number <= high; number += Number(step ?? 1)) numbers.add(number);
  }
  return numbers;
}
