import { createRequire } from 'node:module';
import type { Incoming, Outgoing } from '@millrace/broker';
import fc from 'fast-check';
import { Reader, sizeOfVarint, Writer } from './bytes.js';
import { crc32c } from './crc32c.js';
import { batchesOf, readRecords, writeBatch } from './record-batch.js';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const content = fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }), bytes);
const headerValue = fc.oneof(fc.string({ unit: 'grapheme' }), bytes);
const record = fc.record({
  topic: fc.constant('t'),
  key: content,
  value: content,
  headers: fc.dictionary(
    fc.string({ unit: 'grapheme' }),
    fc.oneof(headerValue, fc.array(headerValue, { minLength: 2, maxLength: 3 })),
  ),
});
const identity = { producerId: 4_000_000_000, epoch: 7, transactional: true, sequence: 3, now: 1_700_000_000_123 };

const asBuffer = (value: string | Buffer | null): Buffer | null =>
  typeof value === 'string' ? Buffer.from(value) : value;

function written(records: readonly Outgoing[]): Buffer {
  const to = new Writer(8);
  writeBatch(to, records, identity);
  const size = new Reader(to.buffer).int32();
  expect(size).toBe(to.at - 4);
  return Buffer.from(to.buffer.subarray(4));
}

function read(set: Buffer): Incoming[] {
  const records: Incoming[] = [];
  for (const batch of batchesOf(set)) readRecords(batch, { topic: 't', partition: 0, from: 0 }, records);
  return records;
}

test('records of any content are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
      const back = read(written(records));
      expect(back.map(({ offset }) => offset)).toEqual(records.map((_, i) => i));
      back.forEach(({ key, value, headers, timestamp }, i) => {
        const sent = records[i]!;
        expect([key, value, timestamp]).toEqual([asBuffer(sent.key), asBuffer(sent.value), identity.now]);
        const expected = Object.entries(sent.headers).map(([name, one]) => [
          name,
          Array.isArray(one) ? one.map(asBuffer) : asBuffer(one as string),
        ]);
        expect(Object.entries(headers)).toEqual(expected);
      });
    }),
    { numRuns: 100 },
  );
});

test('a header may have any name, and come again', () => {
  const headers = JSON.parse('{"__proto__":["a","b"],"constructor":"c"}') as Record<string, string | string[]>;
  const [record] = read(written([{ topic: 't', key: null, value: null, headers }]));
  const expected = [
    ['__proto__', [Buffer.from('a'), Buffer.from('b')]],
    ['constructor', Buffer.from('c')],
  ];
  expect(Object.entries(record!.headers)).toEqual(expected);
});

test('a batch that a fetch cut off is left for the next fetch', () => {
  const one = written([{ topic: 't', key: 'a', value: 'b' }]);
  for (let cut = 0; cut < one.length; cut++)
    expect(batchesOf(Buffer.concat([one, one.subarray(0, cut)]))).toHaveLength(1);
});

test('a batch says who wrote it', () => {
  const [batch] = batchesOf(written([{ topic: 't', key: null, value: null }]));
  expect(batch).toMatchObject({ producerId: 4_000_000_000, transactional: true, control: false, count: 1 });
});

test('the checksum is CRC-32C', () => {
  const reference = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/crc32C') as (
    buffer: Buffer,
  ) => number;
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(7), (array, from) => {
      const bytes = Buffer.from(array);
      return crc32c(bytes, Math.min(from, bytes.length)) === reference(bytes.subarray(from)) >>> 0;
    }),
  );
});

test('varints take as many bytes as are counted, and come back', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.integer(), fc.constantFrom(-1, 0, 63, 64, -64, -65, 8_191, 8_192, 2 ** 31 - 1, -(2 ** 31))),
      (value) => {
        const to = new Writer(8);
        to.varint(value);
        expect(to.at).toBe(sizeOfVarint(value));
        expect(new Reader(to.buffer).varint()).toBe(value);
        expect(new Reader(to.buffer).varlong()).toBe(value);
      },
    ),
  );
});
