import fc from 'fast-check';
import { intoWindow, type CollectedRecord, type BatchWindow } from './batch-window.js';

const MAX_BYTES = 1_000;
const WITHIN_MS = 50;
/** Records of one key, and how long after the one before each came. */
const coming = fc.array(fc.record({ after: fc.nat(40), bytes: fc.integer({ min: 1, max: MAX_BYTES }) }), {
  maxLength: 30,
});

interface Run {
  readonly window: BatchWindow;
  readonly items: readonly number[];
  readonly at: number;
}

/** The runs that records become when whoever looks does so as soon as something is due. */
function runsOf(
  records: readonly { after: number; bytes: number }[],
  how: (at: number) => Pick<CollectedRecord, 'max' | 'dueAt' | 'latestMs' | 'replaces'>,
): readonly Run[] {
  const runs: Run[] = [];
  let open: BatchWindow | undefined;
  let items: number[] = [];
  let now = 0;
  const end = (at: number) => {
    runs.push({ window: open!, items, at });
    [open, items] = [undefined, []];
  };
  for (const [i, { after, bytes }] of records.entries()) {
    now += after;
    if (open && open.dueAt <= now) end(open.dueAt);
    const one = { trigger: 't', key: '', record: i, place: String(i), bytes, maxBytes: MAX_BYTES, ...how(now) };
    const found = intoWindow(open, one, now);
    if (found.ends) end(now);
    open = found.into;
    items = one.replaces ? [i] : [...items, i];
    if (found.isFull) end(now);
  }
  if (open) end(open.dueAt);
  return runs;
}

const total = (records: readonly { bytes: number }[], items: readonly number[]) =>
  items.reduce((sum, i) => sum + records[i]!.bytes, 0);

test('whatever comes when: each record is in one batch, in order, none is too large, and none waits too long', () => {
  fc.assert(
    fc.property(coming, fc.integer({ min: 1, max: 5 }), (records, max) => {
      const runs = runsOf(records, (at) => ({ max, dueAt: at + WITHIN_MS, latestMs: undefined, replaces: false }));
      expect(runs.flatMap(({ items }) => items)).toEqual(records.map((_, i) => i));
      for (const { window, items, at } of runs) {
        expect(items.length).toBeLessThanOrEqual(max);
        expect(total(records, items)).toBeLessThanOrEqual(MAX_BYTES);
        expect(window.id).toBe(String(items[0]));
        expect(at - window.firstAt).toBeLessThanOrEqual(WITHIN_MS);
      }
    }),
  );
});

test('whatever comes when: of records that follow each other closely the last one counts, once it is quiet, or at the latest in time', () => {
  const [quiet, latest] = [20, 60];
  fc.assert(
    fc.property(coming, (records) => {
      const runs = runsOf(records, (at) => ({ max: Infinity, dueAt: at + quiet, latestMs: latest, replaces: true }));
      const times = records.map((_, i) => records.slice(0, i + 1).reduce((sum, { after }) => sum + after, 0));
      expect(runs.at(-1)?.items).toEqual(records.length === 0 ? undefined : [records.length - 1]);
      for (const { items, at, window } of runs) {
        const [last] = items as [number];
        expect(at).toBe(Math.min(times[last]! + quiet, window.firstAt + latest));
        expect(times[last + 1] ?? Infinity).toBeGreaterThanOrEqual(at);
      }
    }),
  );
});
