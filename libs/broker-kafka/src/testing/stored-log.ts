import { readFileSync, writeFileSync } from 'node:fs';
import { int64At } from '../wire/bytes.js';
import { crc32c } from '../wire/crc32c.js';

const CHECKSUM = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const COUNT = 57;
/** The offset at which a batch's records begin. */
export const BODY = 61;

/** One batch of a partition's log as it lies on the broker's disk, to be changed in place. */
export class StoredBatch {
  constructor(readonly bytes: Buffer) {}

  get baseOffset(): number {
    return int64At(this.bytes, 0);
  }

  /** Names a codec; the records stay as they are. */
  set codec(codec: number) {
    this.bytes.writeInt16BE((this.bytes.readInt16BE(ATTRIBUTES) & ~7) | codec, ATTRIBUTES);
  }

  set count(count: number) {
    this.bytes.writeInt32BE(count, COUNT);
  }

  set lastOffsetDelta(delta: number) {
    this.bytes.writeInt32BE(delta, LAST_OFFSET_DELTA);
  }

  get body(): Buffer {
    return this.bytes.subarray(BODY);
  }

  /** Gives it the checksum of its bytes, so that they seem to be what was written. */
  seal(): void {
    this.bytes.writeUInt32BE(crc32c(this.bytes, ATTRIBUTES), CHECKSUM);
  }
}

/** Changes the batches in a file of a partition's log, each in its place. Kafka reads them from there. */
export function changeStored(file: string, change: (batches: readonly StoredBatch[]) => void): void {
  const log = readFileSync(file);
  const batches: StoredBatch[] = [];
  for (let at = 0; at + BODY <= log.length; at += 12 + log.readInt32BE(at + 8))
    batches.push(new StoredBatch(log.subarray(at, at + 12 + log.readInt32BE(at + 8))));
  change(batches);
  // In place: Kafka has the file open.
  writeFileSync(file, log, { flag: 'r+' });
}
