import { present } from '@millrace/contracts';
const MINUTE = 60_000;
const DAY = 86_400_000;
const MOST_DAYS = 10_000;

/**
 * The clock on the wall of a time zone. A wall time is written as the milliseconds of the same date and time in UTC. No zone changes its clock twice within
 * two days, nor by a day.
 */
export class WallClock {
  private readonly format: Intl.DateTimeFormat;
  /** Offsets at the beginnings of days. */
  private readonly offsets = new Map<number, number>();

  /** @throws {RangeError} for a zone that is not known */
  constructor(zone: string) {
    const two = '2-digit';
    const date = { year: 'numeric', month: two, day: two } as const;
    const time = { hour: two, minute: two, second: two, hourCycle: 'h23' } as const;
    this.format = new Intl.DateTimeFormat('en-US', { timeZone: zone, ...date, ...time });
  }

  /** Returns what the clock shows at `at`. */
  wallAt(at: number): number {
    return at + this.offsetAt(at);
  }

  /** Returns when the clock shows `wall`, earliest first: twice where an hour is repeated, never where it is left out. */
  timesOf(wall: number): readonly number[] {
    const [before, after] = this.offsetsAround(wall);
    const times = before === after ? [wall - before] : [wall - before, wall - after];
    return times.filter((at) => this.wallAt(at) === wall).sort((a, b) => a - b);
  }

  /** Returns when the clock jumps over `wall`, a time that it never shows. */
  jumpOver(wall: number): number {
    const [before, after] = this.offsetsAround(wall);
    let early = Math.floor((wall - after) / MINUTE);
    let late = Math.ceil((wall - before) / MINUTE);
    while (late - early > 1) {
      const middle = Math.floor((early + late) / 2);
      if (this.offsetAt(middle * MINUTE) === after) late = middle;
      else early = middle;
    }
    return late * MINUTE;
  }

  /** Tells whether the clock is set back between the two, within a day of the first, so that it shows times that it has shown before. */
  isSetBack(from: number, to: number): boolean {
    return this.offsetAt(Math.min(to, from + DAY)) < this.offsetAt(from);
  }

  private offsetsAround(wall: number): readonly [before: number, after: number] {
    return [this.offsetAt(wall - DAY), this.offsetAt(wall + DAY)];
  }

  private offsetAt(at: number): number {
    const day = Math.floor(at / DAY);
    const offset = this.offsetOfDay(day);
    return offset === this.offsetOfDay(day + 1) ? offset : this.askedOffset(at);
  }

  private offsetOfDay(day: number): number {
    let offset = this.offsets.get(day);
    if (offset === undefined) {
      if (this.offsets.size >= MOST_DAYS) this.offsets.clear();
      this.offsets.set(day, (offset = this.askedOffset(day * DAY)));
    }
    return offset;
  }

  private askedOffset(at: number): number {
    const second = Math.floor(at / 1_000) * 1_000;
    const parts = new Map(this.format.formatToParts(second).map(({ type, value }) => [type, Number(value)]));
    const field = (name: Intl.DateTimeFormatPartTypes): number => present(parts.get(name), name);
    const date = [field('year'), field('month') - 1, field('day')] as const;
    return Date.UTC(...date, field('hour'), field('minute'), field('second')) - second;
  }
}
