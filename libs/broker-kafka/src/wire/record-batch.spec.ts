import { createRequire } from 'node:module';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Incoming, Outgoing } from '@millrace/broker';
import fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { compressFrameSync, compressSync } from 'lz4-napi';
import { snappyStream } from '../testing/compressed.js';
import { ByteReader, sizeOfVarint, ByteWriter } from './bytes.js';
import { crc32c } from './crc32c.js';
import { batchesOf, writeBatch } from './record-batch.js';
import { readRecords } from './records.js';

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
  const to = new ByteWriter(8);
  writeBatch(to, records, identity);
  const size = new ByteReader(to.buffer).int32();
  expect(size).toBe(to.at - 4);
  return Buffer.from(to.buffer.subarray(4));
}

function read(set: Buffer): Incoming[] {
  const records: Incoming[] = [];
  const place = { topic: 't', partition: 0, from: 0, maxUnpackedBytes: 1_000_000 };
  for (const batch of batchesOf(set)) readRecords(batch, place, records);
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

/** A batch whose body is packed, with the attribute and the checksum that belong to it. */
function packed(set: Buffer, codec: number, pack: (body: Buffer) => Buffer): Buffer {
  const batch = Buffer.concat([set.subarray(0, 61), pack(set.subarray(61))]);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt16BE(codec, 21);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  return batch;
}

const two = written([
  { topic: 't', key: 'a', value: 'b' },
  { topic: 't', key: 'c', value: 'd' },
]);

function* cut(body: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

/** An LZ4 frame with everything that a frame may have in it, its first block not compressed. */
function lz4Frame(body: Buffer, blockSize = 16): Buffer {
  const parts: Buffer[] = [Buffer.from('04224d187c40000000000000000000', 'hex')];
  for (const piece of cut(body, blockSize)) {
    const stored = parts.length === 1;
    const block = stored ? piece : compressSync(piece).subarray(4);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(block.length + (stored ? 0x8000_0000 : 0));
    parts.push(head, block, Buffer.alloc(4));
  }
  return Buffer.concat([...parts, Buffer.alloc(8)]);
}

const codecs: readonly [string, number, (body: Buffer, blockSize?: number) => Buffer][] = [
  ['gzip', 1, (body) => gzipSync(body)],
  ['snappy as librdkafka writes it', 2, (body) => Buffer.from(snappyCompress(body))],
  ['snappy as Java clients write it', 2, (body, size = 16) => snappyStream(cut(body, size))],
  ['lz4', 3, (body) => compressFrameSync(body)],
  ['lz4, its frame with checksums and a size', 3, lz4Frame],
  ['zstd', 4, (body) => zstdCompressSync(body)],
];

test.each(codecs)(
  'a batch that is compressed with %s is read, and one that unpacks to too much is not',
  (_, codec, pack) => {
    expect(read(packed(two, codec, (body) => pack(body))).map(({ value }) => String(value))).toEqual(['b', 'd']);
    const bomb = packed(two, codec, () => pack(Buffer.alloc(1_000_001), 65_536));
    expect(read(bomb)).toEqual([
      expect.objectContaining({
        offset: 0,
        value: bomb,
        damaged: 'it unpacks to more than 1000000 bytes (offsets 0 to 1)',
      }),
    ]);
  },
);

test.each(codecs)(
  'whatever became of the bytes that %s wrote, reading them ends, and what can be read is right',
  (_, codec, pack) => {
    const whole = written(
      Array.from({ length: 20 }, (_, i) => ({ topic: 't', key: `${i % 3}`, value: 'xyz'.repeat(i) })),
    );
    const body = pack(whole.subarray(61), 65_536);
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(body.length - 1), byte: fc.nat(255) }), { maxLength: 4 }),
        fc.nat(body.length),
        fc.uint8Array({ maxLength: 5 }),
        (changes, length, more) => {
          const changed = Buffer.from(body);
          for (const { at, byte } of changes) changed[at] = byte;
          const found = read(packed(whole, codec, () => Buffer.concat([changed.subarray(0, length), more])));
          expect(found.length === 20 || found.length === 1).toBe(true);
          if (found.length === 1) expect(found[0]).toMatchObject({ offset: 0, damaged: expect.any(String) as string });
        },
      ),
      { numRuns: 300, seed: 1 },
    );
  },
);

test('a frame of lz4 says how large its blocks may be, and is held to it', () => {
  const frame = compressFrameSync(two.subarray(61));
  const hostile = Buffer.concat([frame.subarray(0, 7), Buffer.from('0f00000010ff0000', 'hex'), Buffer.alloc(7, 0xff)]);
  for (const body of [hostile, Buffer.from('04224d1860'), Buffer.alloc(0), frame.subarray(0, -4)])
    expect(read(packed(two, 3, () => body))).toEqual([
      expect.objectContaining({ damaged: 'its lz4 data is damaged (offsets 0 to 1)' }),
    ]);
});

test.each([
  [
    'an unknown codec',
    packed(two, 7, (body) => body),
    'it is compressed with codec 7, and those that are read are none, gzip, snappy, lz4, zstd',
  ],
  ['what is no gzip', packed(two, 1, (body) => body), 'its gzip data is damaged'],
  ['what is no snappy', packed(two, 2, () => Buffer.from('no snappy')), 'its snappy data is damaged'],
  ['what is no lz4', packed(two, 3, (body) => body), 'its lz4 data is damaged'],
  ['what is no zstd', packed(two, 4, (body) => body), 'its zstd data is damaged'],
  ['gzip that is cut off', packed(two, 1, (body) => gzipSync(body).subarray(0, -9)), 'its gzip data is damaged'],
  [
    'zstd that is cut off',
    packed(two, 4, (body) => zstdCompressSync(body).subarray(0, -3)),
    'its zstd data is damaged',
  ],
  ['a cut body', packed(two, 0, (body) => body.subarray(0, -2)), 'a record is cut off'],
  [
    'more than it says',
    packed(two, 0, (body) => Buffer.concat([body, Buffer.from('more')])),
    'it goes on behind its last record',
  ],
  ['numbers without end', packed(two, 0, () => Buffer.alloc(100, 0xff)), 'a number has no end'],
])('a batch with %s is one record that says so and has its bytes', (_, batch, damaged) => {
  expect(read(batch)).toEqual([
    expect.objectContaining({ offset: 0, key: null, value: batch, damaged: `${damaged} (offsets 0 to 1)` }),
  ]);
});

test('a batch whose bytes were changed is not read, and those beside it are', () => {
  for (let at = 17; at < two.length; at++)
    for (const bits of [1, 0xff]) {
      const changed = Buffer.from(two);
      changed[at]! ^= bits;
      const after = Buffer.from(two);
      after.writeInt32BE(2, 4);
      const found = read(Buffer.concat([changed, after]));
      expect(found[0]).toMatchObject({ offset: 0, damaged: 'its checksum does not fit its bytes (offsets 0 to 1)' });
      expect(found.slice(1).map(({ offset, value }) => [offset, String(value)])).toEqual([
        [2, 'b'],
        [3, 'd'],
      ]);
    }
});

test('a batch whose bytes were changed takes no offset that is not its own, whatever its head says', () => {
  const changed = Buffer.from(two);
  changed.writeInt32BE(1_000_000, 23);
  const after = Buffer.from(two);
  after.writeInt32BE(2, 4);
  const ends = (set: Buffer, end?: number) => batchesOf(set, end).map(({ lastOffset }) => lastOffset);
  expect(ends(Buffer.concat([changed, after]))).toEqual([1, 3]);
  expect(ends(Buffer.concat([changed, after.subarray(0, 20)]))).toEqual([1]);
  expect(ends(changed, 2)).toEqual([1]);
  expect(ends(changed, 0)).toEqual([0]);
});

test('whatever stands in a batch, reading it ends', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }), (body, count) => {
      const batch = packed(two, 0, () => Buffer.from(body));
      batch.writeInt32BE(count, 57);
      batch.writeUInt32BE(crc32c(batch, 21), 17);
      expect(read(batch).length).toBeLessThanOrEqual(200);
    }),
    { numRuns: 1_000, seed: 1 },
  );
});

test('a batch of a format that is not read is named, and those behind it are read', () => {
  const old = Buffer.from(two);
  old[16] = 1;
  const found = read(Buffer.concat([old, two]));
  expect(found[0]!.damaged).toMatch(/^it is of format 1/);
  expect(found).toHaveLength(3);
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
        const to = new ByteWriter(8);
        to.varint(value);
        expect(to.at).toBe(sizeOfVarint(value));
        expect(new ByteReader(to.buffer).varint()).toBe(value);
        expect(new ByteReader(to.buffer).varlong()).toBe(value);
      },
    ),
  );
});
