import { once } from 'node:events';
import { createGzip, createZstdCompress } from 'node:zlib';
import { present } from '@millrace/contracts';
import { snappyCompress } from 'hysnappy';
import { compressSync } from 'lz4-napi';
import { Clients, kafkajs } from '../kafkajs.js';

/** A batch of one record whose value is `unpacksTo` bytes of zeros: a few kilobytes as it travels. */
export interface CompressedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly codec: 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly unpacksTo: number;
}

const CODEC = {
  gzip: kafkajs.CompressionTypes.GZIP,
  snappy: kafkajs.CompressionTypes.Snappy,
  lz4: kafkajs.CompressionTypes.LZ4,
  zstd: kafkajs.CompressionTypes.ZSTD,
};
/** The codecs of the whole process, as kafkajs has them. */
const codecs: Record<number, () => unknown> = kafkajs.CompressionCodecs;
const CHUNK = Buffer.alloc(1 << 20);

/** Publishes compressed batches whose bytes kafkajs never unpacks: it is given them as the outcome of its compression. */
export class CompressedProducer implements AsyncDisposable {
  private readonly bodies = new Map<string, Promise<Buffer>>();
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly clients: Clients,
    private readonly producer: ReturnType<Clients['kafka']['producer']>,
  ) {}

  static async connect(brokers: readonly string[]): Promise<CompressedProducer> {
    const clients = new Clients({ brokers, clientId: 'compressed' });
    const producer = clients.kafka.producer({ retry: { retries: 1 } });
    await producer.connect();
    return new CompressedProducer(clients, producer);
  }

  /** Rejects where the broker refuses the batch. */
  publish(batch: CompressedBatch): Promise<void> {
    // The codec is one of the whole process: one batch after the other.
    const sent = this.last.then(() => this.send(batch));
    this.last = sent.catch(() => undefined);
    return sent;
  }

  private async send({ topic, partition, codec, unpacksTo }: CompressedBatch): Promise<void> {
    const name = `${codec}/${unpacksTo}`;
    const packing = this.bodies.get(name) ?? packed(codec, unpacksTo);
    this.bodies.set(name, packing);
    const body = await packing;
    const former = present(codecs[CODEC[codec]], `codec ${codec} of kafkajs`);
    codecs[CODEC[codec]] = () => ({
      compress: () => Promise.resolve(body),
      decompress: (bytes: Buffer) => Promise.resolve(bytes),
    });
    try {
      await this.producer.send({ topic, compression: CODEC[codec], messages: [{ partition, key: 'k', value: 'v' }] });
    } finally {
      codecs[CODEC[codec]] = former;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.producer.disconnect();
    this.clients[Symbol.dispose]();
  }
}

/** The records of a batch, compressed piece by piece: what they unpack to is never held. */
async function packed(codec: CompressedBatch['codec'], unpacksTo: number): Promise<Buffer> {
  const pieces = piecesOf(unpacksTo);
  if (codec === 'snappy') return snappyStream(pieces);
  if (codec === 'lz4') return lz4Frame(pieces);
  const stream = codec === 'gzip' ? createGzip({ level: 9 }) : createZstdCompress();
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  for (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'end');
  return Buffer.concat(parts);
}

function* piecesOf(unpacksTo: number): Generator<Buffer> {
  const before = [0, ...varint(0), ...varint(0), ...varint(1), 0x6b, ...varint(unpacksTo)];
  const after = varint(0);
  yield Buffer.from([...varint(before.length + unpacksTo + after.length), ...before]);
  for (let left = unpacksTo; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
  yield Buffer.from(after);
}

/** As snappy-java writes, and with it the Java clients. */
export function snappyStream(pieces: Iterable<Buffer>): Buffer {
  const parts = [Buffer.from('82534e41505059000000000100000001', 'hex')];
  for (const piece of pieces) {
    const block = snappyCompress(piece);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(block.length);
    parts.push(head, Buffer.from(block));
  }
  return Buffer.concat(parts);
}

/** One frame of independent blocks, each at most 1 MiB. */
function lz4Frame(pieces: Iterable<Buffer>): Buffer {
  const parts: Buffer[] = [Buffer.from('04224d18606051', 'hex')];
  for (const piece of pieces) {
    // Shorter than thirteen bytes is never compressed.
    const block = piece.length < 13 ? piece : compressSync(piece).subarray(4);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(block.length + (block === piece ? 0x8000_0000 : 0));
    parts.push(head, block);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}

/** A zigzag variable-length integer, as Kafka writes lengths. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let left = value * 2;
  for (; left > 0x7f; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80);
  return [...bytes, left];
}
