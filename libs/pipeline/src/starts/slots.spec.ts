import fc from 'fast-check';
import { slotFor } from './slots.js';

const runs = fc.array(fc.constantFrom('asks', 'ends'), { maxLength: 40 });

/** Applies runs of one key that ask, and the oldest active one that ends, as the store does it. */
function told(events: readonly ('asks' | 'ends')[], limit: number, whenFull: 'queue' | 'drop' | 'replace') {
  const active: { n: number; leaving: boolean }[] = [];
  const held: number[] = [];
  const [begun, cancelled] = [[] as number[], [] as number[]];
  const next = () => {
    while (active.length < limit && held.length > 0) {
      const n = held.shift()!;
      begun.push(n);
      active.push({ n, leaving: false });
    }
  };
  for (const [n, event] of events.entries()) {
    if (event === 'ends') {
      active.splice(0, 1);
      next();
      continue;
    }
    const leaving = active.filter((one) => one.leaving).length;
    const found = slotFor({ limit, whenFull }, { active: active.length, held: held.length, leaving });
    if (found.endsWaiting) cancelled.push(...held.splice(0));
    const oldest = found.endsOldest ? active.find((one) => !one.leaving) : undefined;
    if (oldest) {
      oldest.leaving = true;
      cancelled.push(oldest.n);
    }
    if (found.grant === 'active') {
      begun.push(n);
      active.push({ n, leaving: false });
    } else if (found.grant === 'held') held.push(n);
    else cancelled.push(n);
    expect(active.length).toBeLessThanOrEqual(limit);
  }
  return { active, held, begun, cancelled, asked: events.flatMap((event, n) => (event === 'asks' ? [n] : [])) };
}

test('whoever asks and ends: those that queue begin in order and are never cancelled', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 3 }), (events, limit) => {
      const { begun, held, cancelled, asked } = told(events, limit, 'queue');
      expect([cancelled, [...begun, ...held]]).toEqual([[], asked]);
    }),
  );
});

test('whoever asks and ends: where one too many is dropped, nobody waits, and nobody who has begun is cancelled', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 3 }), (events, limit) => {
      const { begun, held, cancelled, asked } = told(events, limit, 'drop');
      expect([held, [...begun, ...cancelled].sort((a, b) => a - b)]).toEqual([[], asked]);
    }),
  );
});

test('whoever asks and ends: where one takes another’s place, the newest is never cancelled, and at most it waits', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 3 }), (events, limit) => {
      const { active, held, cancelled, asked } = told(events, limit, 'replace');
      expect(held.length).toBeLessThanOrEqual(1);
      expect(cancelled).not.toContain(asked.at(-1));
      // Whoever waits has somebody leave for it.
      if (held.length > 0) expect(active.some(({ leaving }) => leaving)).toBe(true);
      expect(new Set(cancelled).size).toBe(cancelled.length);
    }),
  );
});
