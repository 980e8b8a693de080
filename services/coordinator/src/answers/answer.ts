// As a whole: an older Node.js has no zstd, and is to be told so by a sentence, not by a name that is not exported.
import zlib from 'node:zlib';
import type { Outgoing } from '@millrace/broker';

type Text = string | Buffer | null | undefined | readonly (string | Buffer)[];

const NEWLINE = 0x0a;
/** The commands of a batch are much alike: PostgreSQL writes a tenth of them and less, in a fraction of the time that it saves. */
const FAST = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } };
const COMPRESSED_FROM = 2_000;
/** The first bytes of compressed data; JSON never begins with them. */
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * An answer as bytes, to be kept with the decision until it is published: a line of JSON with the records, in which a
 * number stands for a value of so many bytes, then these values. They are JSON themselves and would all be escaped within. Compressed where that is worth it.
 */
export function answerBytes(records: readonly Outgoing[]): Buffer {
  const values: string[] = [];
  const line = JSON.stringify(
    records.map((record) => {
      const { key, value, headers } = record;
      if (typeof value === 'string') values.push(value);
      return {
        ...record,
        key: marked(key),
        value: typeof value === 'string' ? Buffer.byteLength(value) : marked(value),
        ...(headers && { headers: mapped(headers, marked) }),
      };
    }),
  );
  const plain = Buffer.from(`${line}\n${values.join('')}`);
  return plain.length < COMPRESSED_FROM ? plain : zlib.zstdCompressSync(plain, FAST);
}

export function answerOf(bytes: Uint8Array): readonly Outgoing[] {
  const stored = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const all = stored.subarray(0, ZSTD.length).equals(ZSTD) ? zlib.zstdDecompressSync(stored) : stored;
  const end = all.indexOf(NEWLINE);
  let at = end + 1;
  return (JSON.parse(all.toString('utf8', 0, end < 0 ? all.length : end)) as Outgoing[]).map((record) => {
    const { key, value, headers } = record as Omit<Outgoing, 'value'> & { value: unknown };
    return {
      ...record,
      key: unmarked(key) as Outgoing['key'],
      value: (typeof value === 'number'
        ? all.toString('utf8', at, (at += value))
        : unmarked(value)) as Outgoing['value'],
      ...(headers && { headers: mapped(headers, unmarked) as Outgoing['headers'] }),
    };
  });
}

const mapped = (headers: Readonly<Record<string, Text>>, change: (value: Text) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));

/** Nearly everything is text already; bytes are marked. */
function marked(value: Text): unknown {
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') };
  return Array.isArray(value) ? value.map(marked) : value;
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  return isMarked(value) ? Buffer.from(value.base64, 'base64') : value;
}

const isMarked = (value: unknown): value is { base64: string } =>
  typeof value === 'object' && value !== null && 'base64' in value;
