import fc from 'fast-check';
import { ChunkIndex } from '../log/chunk-index.js';
import { noProgress, OffsetWindow } from './progress.js';

describe('the window of a partition', () => {
  test('never passes a record that is not finished, and passes all that are, whatever the order and the gaps', () => {
    const offsets = fc.uniqueArray(fc.nat(200), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(offsets, fc.infiniteStream(fc.nat(1000)), (some, chance) => {
        const given = [...some].sort((a, b) => a - b);
        const progress = noProgress();
        const window = new OffsetWindow(progress);
        for (const offset of given) expect(window.give(offset)).toBe(true);
        const open = [...given];
        while (open.length > 0) {
          const finished = new Set(open.splice(chance.next().value! % open.length, 1 + (chance.next().value! % 3)));
          const mark = window.markAfter(finished);
          expect(mark).toBe(open[0] ?? given.at(-1)! + 1);
          window.finish(finished, mark);
          expect([...progress.done].sort((a, b) => a - b)).toEqual(
            given.filter((offset) => offset >= mark && !open.includes(offset)),
          );
        }
      }),
    );
  });

  test('of a new owner is not given again what was finished out of order', () => {
    const progress = noProgress();
    const first = new OffsetWindow(progress);
    for (const offset of [0, 1, 2, 3]) first.give(offset);
    first.finish(new Set([1, 3]), first.markAfter(new Set([1, 3])));
    const second = new OffsetWindow(progress);
    expect([0, 1, 2, 3].map((offset) => second.give(offset))).toEqual([true, false, true, false]);
    expect(second.markAfter(new Set([0]))).toBe(2);
    expect(second.markAfter(new Set([0, 2]))).toBe(4);
  });
});

describe('the index of a partition', () => {
  test('finds the chunk of every offset, however chunks were added, replaced and removed', () => {
    const step = fc.record({ base: fc.nat(100), address: fc.nat(10_000), remove: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const index = new ChunkIndex();
        const model = new Map<number, number>();
        for (const { base, address, remove } of steps) {
          index.set(base, address, 1);
          model.set(base, address);
          if (remove > 0) continue;
          index.removeBetween(address, address + 3000);
          for (const [at, where] of model) if (where >= address && where < address + 3000) model.delete(at);
        }
        const bases = [...model.keys()].sort((a, b) => a - b);
        expect(index.size).toBe(bases.length);
        for (let offset = 0; offset <= 101 && bases.length > 0; offset++) {
          const position = index.find(offset);
          const base = bases.findLast((one) => one <= offset) ?? bases[0]!;
          expect([index.baseAt(position), index.addressAt(position)]).toEqual([base, model.get(base)]);
        }
      }),
    );
  });
});
