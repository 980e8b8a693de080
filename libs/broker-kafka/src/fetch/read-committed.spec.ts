import fc from 'fast-check';
import { type AbortedTransaction, readCommitted } from './read-committed.js';
import { ByteWriter } from '../wire/bytes.js';
import { crc32c } from '../wire/crc32c.js';
import { batchesOf, writeBatch } from '../wire/record-batch.js';
import { readRecords } from '../wire/records.js';

const CONTROL = 0x20;

/** A log as a broker writes it, and what became of each record in it. */
class Log {
  private readonly sets: Buffer[] = [];
  private end = 0;
  private readonly openSince = new Map<number, { first: number; offsets: number[] }>();
  readonly aborted: (AbortedTransaction & { last: number })[] = [];
  readonly committed = new Set<number>();

  write(producerId: number, count: number, transactional: boolean): void {
    const first = this.end;
    this.append(producerId, transactional, count);
    const offsets = Array.from({ length: count }, (_, i) => first + i);
    if (!transactional) for (const offset of offsets) this.committed.add(offset);
    else {
      const open = this.openSince.get(producerId) ?? { first, offsets: [] };
      open.offsets.push(...offsets);
      this.openSince.set(producerId, open);
    }
  }

  finish(producerId: number, outcome: 'commit' | 'abort'): void {
    const open = this.openSince.get(producerId);
    if (!open) return;
    this.openSince.delete(producerId);
    if (outcome === 'commit') for (const offset of open.offsets) this.committed.add(offset);
    else this.aborted.push({ producerId, firstOffset: open.first, last: this.end });
    this.append(producerId, true, 1, outcome === 'commit' ? 1 : 0);
  }

  /** The offset up to which readers of committed records may read. */
  get stable(): number {
    return Math.min(this.end, ...[...this.openSince.values()].map(({ first }) => first));
  }

  /** Whole batches from the one that holds `from`, as a fetch gives them. */
  fetch(from: number): Buffer {
    return Buffer.concat(
      this.sets.filter((set) => {
        const [batch] = batchesOf(set);
        return batch!.lastOffset >= from && batch!.baseOffset < this.stable;
      }),
    );
  }

  private append(producerId: number, transactional: boolean, count: number, marker?: 0 | 1): void {
    const to = new ByteWriter(64);
    // An ordinary record's key may look like an abort marker's.
    const key = Buffer.from([0, 0, 0, marker ?? 0]);
    const records = Array.from({ length: count }, () => ({ topic: 't', key, value: 'v' }));
    writeBatch(to, records, { producerId, epoch: 0, transactional, sequence: 0, now: 0 });
    const set = Buffer.from(to.buffer.subarray(4));
    set.writeInt32BE(this.end, 4);
    if (marker !== undefined) set.writeInt16BE(set.readInt16BE(21) | CONTROL, 21);
    set.writeUInt32BE(crc32c(set, 21), 17);
    this.sets.push(set);
    this.end += count;
  }
}

const happening = fc.oneof(
  fc.record({
    do: fc.constant('write' as const),
    by: fc.integer({ min: 1, max: 4 }),
    count: fc.integer({ min: 1, max: 3 }),
    transactional: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('finish' as const),
    by: fc.integer({ min: 1, max: 4 }),
    outcome: fc.constantFrom('commit' as const, 'abort' as const),
  }),
);

test('however transactions overlap, exactly the committed records are seen, from any offset on', () => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.infiniteStream(fc.nat()),
      (happenings, share, mix) => {
        const log = new Log();
        for (const one of happenings) {
          // Producers 1 and 2 only ever write in transactions.
          if (one.do === 'write') log.write(one.by, one.count, one.transactional || one.by < 3);
          else log.finish(one.by, one.outcome);
        }
        const from = Math.floor(share * log.stable);
        const aborted = log.aborted
          .filter(({ last, firstOffset }) => last >= from && firstOffset < log.stable)
          .map((one) => ({ one, at: mix.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one: { producerId, firstOffset } }) => ({ producerId, firstOffset }));
        const seen: { offset: number }[] = [];
        for (const batch of readCommitted(batchesOf(log.fetch(from)), aborted))
          readRecords(batch, { topic: 't', partition: 0, from, maxUnpackedBytes: 1_000_000 }, seen as never);
        const expected = [...log.committed]
          .filter((offset) => offset >= from && offset < log.stable)
          .sort((a, b) => a - b);
        expect(seen.map(({ offset }) => offset)).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});
