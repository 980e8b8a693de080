import fc from 'fast-check';
import { type PlanError } from '../index.js';
import { dueTicks, loadStarts, nextTick } from '../engine.js';

const times = (cron: string, zone: string, from: string, count: number): string[] => {
  const found: string[] = [];
  let at = Date.parse(from);
  while (found.length < count) {
    at = nextTick({ cron, zone }, at)!;
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
};

describe('where the clocks change', () => {
  test('a time of day that is left out comes right after the gap', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(times('0 0 * * *', 'America/Santiago', '2026-09-05T12:00:00Z', 2)).toEqual([
      '2026-09-06T04:00',
      '2026-09-07T03:00',
    ]);
  });

  test('a time of day that comes twice comes once', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
  });

  test('what comes every half hour goes on through both', () => {
    expect(times('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:45:00Z', 5)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
    ]);
  });
});

describe('what cannot be a schedule is refused in a sentence', () => {
  const refusal = (cron: string, zone = 'Europe/Berlin'): string | undefined => {
    try {
      loadStarts({ schedules: { nightly: { cron, zone, catchUp: 'last', input: {} } } });
      return undefined;
    } catch (error) {
      return (error as PlanError).message;
    }
  };

  test.each([
    ['six fields', '0 0 3 * * *', 'has 6 fields in its cron "0 0 3 * * *", not five'],
    ['seven fields', '0 0 3 * * * 2027', 'has 7 fields'],
    ['no field', ' ', 'has 0 fields'],
    ['a date', '2024-05-01T09:00:00Z', 'has 1 field'],
    ['a name that is not known', '@often', 'has 1 field'],
    ['30 February', '0 9 30 2 *', 'never comes'],
    ['31 April', '0 9 31 4,6 *', 'never comes'],
    ['a 13th month', '0 9 1 13 *', 'which cannot be read: Invalid value for month.'],
    ['a step of nothing', '*/0 * * * *', 'which cannot be read'],
    ['an empty place in a list', '0 2, * * *', 'which cannot be read'],
  ])('%s', (_, cron, reason) => expect(refusal(cron)).toContain(reason));

  test.each(['', ' ', 'Europe/Atlantis', '+02:00', 'local'])('the time zone “%s”', (zone) =>
    expect(refusal('0 9 * * *', zone)).toContain(`has the time zone "${zone}", which is not known`),
  );

  test.each(['0 9 * * *', ' 0  9 * * * ', '0 0 29 2 *', '@daily', '0 0 L * *'])('and “%s” is not', (cron) =>
    expect(refusal(cron)).toBeUndefined(),
  );
});

describe('what was missed while nothing ran', () => {
  const schedule = { cron: '0 * * * *', zone: 'UTC' };
  const at = (time: string) => Date.parse(`2026-01-01T${time}:00Z`);
  const due = (catchUp: 'none' | 'last' | 'all', now: string, most = 100) => {
    const { ticks, next } = dueTicks({ ...schedule, catchUp }, { first: at('01:00'), now: at(now), most });
    return [
      ticks.map((tick) => new Date(tick).toISOString().slice(11, 16)),
      next && new Date(next).toISOString().slice(11, 16),
    ];
  };

  test('is left out, run once, or run time for time, as the schedule says', () => {
    expect(due('none', '04:30')).toEqual([[], '05:00']);
    expect(due('last', '04:30')).toEqual([['04:00'], '05:00']);
    expect(due('all', '04:30')).toEqual([['01:00', '02:00', '03:00', '04:00'], '05:00']);
  });

  test('is caught up with a few at a time', () => {
    expect(due('all', '04:30', 2)).toEqual([['01:00', '02:00'], '03:00']);
  });

  test('is in time where it is a moment late', () => {
    expect(due('none', '01:01')).toEqual([['01:00'], '02:00']);
    expect(due('none', '01:02')).toEqual([[], '02:00']);
  });

  test('never runs a time twice, nor one that has not come, and leaves none out that is to be caught up with', () => {
    const cron = fc.constantFrom('*/7 * * * *', '0 3 * * 1', '30 2 * * *', '15 */5 * * *');
    const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu');
    const looks = fc.array(fc.integer({ min: 1, max: 5 * 86_400_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        cron,
        zone,
        fc.constantFrom('none' as const, 'last' as const, 'all' as const),
        looks,
        (cron, zone, catchUp, looks) => {
          let now = Date.UTC(2026, 2, 20);
          let first = nextTick({ cron, zone }, now);
          const run: number[] = [];
          for (const later of looks) {
            now += later;
            const { ticks, next } = dueTicks({ cron, zone, catchUp }, { first: first!, now, most: 100_000 });
            expect(ticks.every((tick) => tick >= first! && tick <= now)).toBe(true);
            expect(next).toBe(nextTick({ cron, zone }, now));
            run.push(...ticks);
            first = next;
          }
          expect(run).toEqual([...new Set(run)].sort((a, b) => a - b));
          if (catchUp !== 'all') return;
          const all: number[] = [];
          for (
            let tick = nextTick({ cron, zone }, Date.UTC(2026, 2, 20))!;
            tick <= now;
            tick = nextTick({ cron, zone }, tick)!
          )
            all.push(tick);
          expect(run).toEqual(all);
        },
      ),
      { numRuns: 40 },
    );
  });
});
