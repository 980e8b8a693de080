/** Reads Kafka's primitive types from a buffer, in order. Offsets are numbers: a log of 2^53 records is not in sight. */
export class ByteReader {
  constructor(
    readonly buffer: Buffer,
    public at = 0,
  ) {}

  int8(): number {
    return this.buffer.readInt8(this.at++);
  }

  int16(): number {
    const value = this.buffer.readInt16BE(this.at);
    this.at += 2;
    return value;
  }

  int32(): number {
    const value = this.buffer.readInt32BE(this.at);
    this.at += 4;
    return value;
  }

  int64(): number {
    const value = int64At(this.buffer, this.at);
    this.at += 8;
    return value;
  }

  string(): string {
    const length = this.int16();
    if (length <= 0) return '';
    this.at += length;
    return this.buffer.toString('utf8', this.at - length, this.at);
  }

  /** A zigzag varint of at most 32 bits. */
  varint(): number {
    const raw = this.unsignedVarint();
    return (raw >>> 1) ^ -(raw & 1);
  }

  /** A zigzag varint of up to 64 bits, exact to 2^53. */
  varlong(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 63) throw new RangeError('a number has no end');
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private byte(): number {
    const byte = this.buffer[this.at++];
    if (byte === undefined) throw new RangeError('the bytes end within a number');
    return byte;
  }

  private unsignedVarint(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; ; shift += 7) {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
      if (shift >= 28) throw new RangeError('a number has no end');
    }
  }
}

export function int64At(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
}

/** Returns the number of bytes that `value` (32 bits, zigzag) takes as a varint. */
export function sizeOfVarint(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x20_0000) return 3;
  return zigzag < 0x1000_0000 ? 4 : 5;
}

/** Writes Kafka's primitive types into a buffer that grows as needed. */
export class ByteWriter {
  buf: Buffer;
  at = 0;

  constructor(capacity: number) {
    this.buf = Buffer.allocUnsafe(capacity);
  }

  /** Returns what was written; the name is the one that kafkajs's connections ask for. */
  get buffer(): Buffer {
    return this.buf.subarray(0, this.at);
  }

  /** Makes room for `bytes` more: callers reserve once for many small writes. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.buf.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buf.length * 2, this.at + bytes));
    this.buf.copy(grown, 0, 0, this.at);
    this.buf = grown;
  }

  int8(value: number): void {
    this.buf[this.at++] = value;
  }

  int16(value: number): void {
    this.at = this.buf.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.buf.writeInt32BE(value, this.at);
  }

  int64(value: number): void {
    this.int32(Math.floor(value / 0x1_0000_0000));
    this.at = this.buf.writeUInt32BE(value >>> 0, this.at);
  }

  string(value: string | null): void {
    if (value === null) return this.int16(-1);
    const length = Buffer.byteLength(value);
    this.reserve(2 + length);
    this.int16(length);
    this.at += this.buf.write(value, this.at, length, 'utf8');
  }

  varint(value: number): void {
    let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
    while (zigzag >= 0x80) {
      this.buf[this.at++] = (zigzag & 0x7f) | 0x80;
      zigzag >>>= 7;
    }
    this.buf[this.at++] = zigzag;
  }

  /** Bytes of known length, without a length before them. */
  bytes(value: string | Buffer, length: number): void {
    if (typeof value === 'string') this.buf.write(value, this.at, length, 'utf8');
    else value.copy(this.buf, this.at);
    this.at += length;
  }
}
