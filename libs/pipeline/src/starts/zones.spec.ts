import fc from 'fast-check';
import { nextTick } from '../engine.js';
import { type Change, changesOf, lookedAt } from './wall-clock.fixture.js';

const HOUR = 3_600_000;
const changes = changesOf(2024, 2030);

/** Returns where the schedule and a look at the clock differ around a change; undefined where they agree. */
function difference(cron: string, change: Change): object | undefined {
  const [first, last] = [change.at - 4 * HOUR, change.at + 26 * HOUR];
  const given: number[] = [];
  for (let at = nextTick({ cron, zone: change.zone }, first - 1); at !== undefined && at <= last;) {
    given.push(at);
    at = nextTick({ cron, zone: change.zone }, at);
  }
  const wanted = lookedAt(cron, change, [first, last]);
  if (given.join() === wanted.join()) return undefined;
  const time = (at: number): string => new Date(at).toISOString();
  return { cron, zone: change.zone, change: time(change.at), given: given.map(time), wanted: wanted.map(time) };
}

const piece = (highest: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.nat(highest).map(String),
    fc.tuple(fc.nat(highest), fc.nat(highest)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 1, max: highest }).map((step) => `*/${step}`),
    fc
      .tuple(fc.nat(highest), fc.nat(highest), fc.integer({ min: 1, max: highest }))
      .map(([a, b, step]) => `${Math.min(a, b)}-${Math.max(a, b)}/${step}`),
  );
const field = (highest: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant('*'),
    fc.array(piece(highest), { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join()),
  );
const days = fc.constantFrom('* * *', '* * 0', '* * 1-5', '1 * *', '*/2 * 6', '* 3,10 *', '31 * *');

describe('around every change of every zone’s clock from 2024 to 2030', () => {
  test.each(['0,30 2 * * *', '0 2,14 * * *', '0 0 * * *', '30 0-3,23 * * *', '15,45 */3 * * 0', '20 * * * *'])(
    '“%s” comes as the clock shows: what is left out right after, what is repeated once, what is hourly always',
    (cron) => {
      expect(changes.length).toBeGreaterThan(400);
      expect(changes.map((change) => difference(cron, change)).filter((one) => one !== undefined)).toEqual([]);
    },
  );

  test('whatever lists, ranges and steps a schedule is made of', () => {
    fc.assert(
      fc.property(fc.constantFrom(...changes), field(59), field(23), days, (change, minutes, hours, rest) => {
        expect(difference(`${minutes} ${hours} ${rest}`, change)).toBeUndefined();
      }),
      { numRuns: 250, seed: 20_240_331 },
    );
  });
});
