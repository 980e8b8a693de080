import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { kafkaBroker } from '@millrace/broker-kafka';
import { changeStored, type StoredBatch } from '@millrace/broker-kafka/stored-log';
import { topicsOf, UNREADABLE } from '@millrace/contracts';
import { startKafka } from '@millrace/local';
import { install } from './installation.js';
import { until } from './processes.js';

const PREFIX = 'damaged.';
const topics = topicsOf(PREFIX);
const opening = new AsyncDisposableStack();
afterAll(() => opening.disposeAsync());

const text = 'I lost my card yesterday. Please block it and send me a new one. Ann Miller';
const request = (i: number) => JSON.stringify({ from: 'ann@example.com', subject: `Lost card ${i}`, text });

/** Compressed records whose end is missing, as a write that was cut off leaves them. */
const cutOff = (codec: number, packed: Buffer) => (batch: StoredBatch) => {
  packed.copy(batch.body);
  batch.codec = codec;
  batch.seal();
};
const garbage = (codec: number) => (batch: StoredBatch) => {
  batch.body.fill(0x5a);
  batch.codec = codec;
  batch.seal();
};
/** Bytes that nothing compresses. */
const noise = createHash('shake256', { outputLength: 4_000 }).update('noise').digest();
const SNAPPY = Buffer.concat([Buffer.from([0xa0, 0x1f, 0xf4, 0x9f, 0x0f]), noise]);
const LZ4 = Buffer.concat([Buffer.from('04224d18604082a00f0080', 'hex'), noise]);

/** Ways in which a batch on a disk goes bad, and what the dead letter says of each. */
const DAMAGES: Readonly<Record<string, { change: (batch: StoredBatch) => void; says: string }>> = {
  'a byte was changed': {
    change: ({ body }) => void (body[20]! ^= 1),
    says: 'its checksum does not fit its bytes',
  },
  'its head claims a million offsets': {
    change: (batch) => void (batch.lastOffsetDelta = 1_000_000),
    says: 'its checksum does not fit its bytes',
  },
  'its codec is unknown': { change: garbage(7), says: 'it is compressed with codec 7' },
  'its gzip data is garbage': { change: garbage(1), says: 'its gzip data is damaged' },
  'its snappy data is garbage': { change: garbage(2), says: 'its snappy data is damaged' },
  'its lz4 data is garbage': { change: garbage(3), says: 'its lz4 data is damaged' },
  'its zstd data is garbage': { change: garbage(4), says: 'its zstd data is damaged' },
  'its gzip data is cut off': { change: cutOff(1, gzipSync(noise)), says: 'its gzip data is damaged' },
  'its snappy data is cut off': { change: cutOff(2, SNAPPY), says: 'its snappy data is damaged' },
  'its lz4 data is cut off': { change: cutOff(3, LZ4), says: 'its lz4 data is damaged' },
  'its zstd data is cut off': { change: cutOff(4, zstdCompressSync(noise)), says: 'its zstd data is damaged' },
  'it counts too many records': {
    change: (batch) => ((batch.count = 5), batch.seal()),
    says: 'the bytes end within a number',
  },
  'it goes on behind its records': {
    change: (batch) => ((batch.count = 0), batch.seal()),
    says: 'it goes on behind its last record',
  },
};

test('whatever became of a batch on the broker’s disk, it is one dead letter with its offset and its bytes, and all others begin their runs', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-damaged-'));
  opening.defer(() => rm(dataDir, { recursive: true, force: true }));
  const kafka = opening.use(await startKafka({ port: 0, dataDir }));
  const damages = Object.values(DAMAGES);
  const batches = new Map<number, Buffer>();
  {
    await using broker = await kafkaBroker({
      brokers: [kafka.brokers],
      clientId: 'damaging',
      transactionalIdPrefix: 'damaging',
    });
    await broker.ensureTopics([{ name: topics.intake, partitions: 1 }]);
    // One request after the other, each a batch of its own; every second one goes bad.
    for (let i = 0; i <= 2 * damages.length; i++)
      await broker.publish([
        { topic: topics.intake, key: null, value: request(i), headers: { pipeline: 'support-email' } },
      ]);
  }
  changeStored(join(dataDir, 'data', `${topics.intake}-0`, '00000000000000000000.log'), (stored) => {
    damages.forEach(({ change }, i) => {
      const batch = stored[2 * i + 1]!;
      change(batch);
      batches.set(batch.baseOffset, batch.bytes);
    });
  });

  await using installation = await install({ prefix: PREFIX, stages: [], env: { KAFKA_BROKERS: kafka.brokers } });
  const accepted = async () => (await installation.database.query('select id from runs')).rowCount;
  await until('all others have begun their runs', async () => (await accepted()) === damages.length + 1);
  const letters = await installation.read(topics.deadLetters);
  const told = letters
    .map(({ value, headers }) => ({
      value,
      offset: Number(String(headers[UNREADABLE.offset])),
      message: String(headers[UNREADABLE.failureMessage]),
      code: String(headers[UNREADABLE.failureCode]),
    }))
    .sort((a, b) => a.offset - b.offset);
  expect(told.map(({ offset, code }) => [offset, code])).toEqual(
    [...batches.keys()].map((at) => [at, 'RECORD_DAMAGED']),
  );
  told.forEach(({ value, offset, message }, i) => {
    expect(message).toContain(damages[i]!.says);
    expect(value?.equals(batches.get(offset)!)).toBe(true);
  });
}, 600_000);
