import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type BlobName, blobNameText } from '@millrace/contracts';
import { BlobError, damaged } from './errors.js';
import type { BlobCipher } from './port.js';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** The beginning of each sealed blob, then: the key's id, the initialisation vector, the tag. */
const MAGIC = Buffer.from('MRB1');
const ID_BYTES = 8;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = MAGIC.length + ID_BYTES + IV_BYTES + TAG_BYTES;

interface Key {
  readonly id: Buffer;
  readonly secret: Buffer;
}

/** Seals blobs by AES-256-GCM, each with a vector of its own. A blob that is moved to another name does not open. */
export class AesCipher implements BlobCipher {
  private readonly sealing: Key;
  private readonly keys: ReadonlyMap<string, Key>;

  /** The first secret seals; all of them open. */
  constructor([first, ...others]: readonly [Buffer, ...Buffer[]]) {
    this.sealing = keyOf(first);
    const keys = [this.sealing, ...others.map(keyOf)];
    this.keys = new Map(keys.map((key) => [key.id.toString('hex'), key]));
  }

  /** Reads the keys from a file: one a line, in base64 or hexadecimal digits. @throws {Error} that says what is wrong with the file, and quotes nothing of it */
  static fromFile(file: string): AesCipher {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim());
    const secrets = lines.filter((line) => line !== '' && !line.startsWith('#')).map(secretOf);
    const [first, ...others] = secrets;
    if (!first || secrets.includes(undefined))
      throw new Error('expected a key of 32 bytes on each line, e.g. from: openssl rand -base64 32');
    return new AesCipher([first, ...others.filter((secret) => secret !== undefined)]);
  }

  seal(bytes: Uint8Array, name: BlobName): Uint8Array {
    const { id, secret } = this.sealing;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, secret, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(blobNameText(name)));
    const sealed = Buffer.allocUnsafe(HEAD_BYTES + bytes.length);
    cipher.update(bytes).copy(sealed, HEAD_BYTES);
    cipher.final();
    Buffer.concat([MAGIC, id, iv, cipher.getAuthTag()]).copy(sealed);
    return sealed;
  }

  open(bytes: Uint8Array, name: BlobName): Uint8Array {
    const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (sealed.length < HEAD_BYTES || !sealed.subarray(0, MAGIC.length).equals(MAGIC)) return bytes;
    const [id, iv, tag] = headOf(sealed);
    const key = this.keys.get(id.toString('hex'));
    if (!key) {
      const which = `the key ${id.toString('hex')}, which is not in BLOB_KEY_FILE`;
      throw new BlobError('BLOB_SEALED', `The blob ${blobNameText(name)} was encrypted with ${which}.`);
    }
    const decipher = createDecipheriv(ALGORITHM, key.secret, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(blobNameText(name))).setAuthTag(tag);
    try {
      const opened = decipher.update(sealed.subarray(HEAD_BYTES));
      decipher.final();
      return opened;
    } catch (error) {
      throw damaged(name, 'it does not open with its key', error);
    }
  }
}

function headOf(sealed: Buffer): readonly [Buffer, Buffer, Buffer] {
  const iv = MAGIC.length + ID_BYTES;
  const tag = iv + IV_BYTES;
  return [sealed.subarray(MAGIC.length, iv), sealed.subarray(iv, tag), sealed.subarray(tag, HEAD_BYTES)];
}

/** A key is named by a digest, so that a blob says which key it needs. */
const keyOf = (secret: Buffer): Key => ({ id: hash('sha256', secret, 'buffer').subarray(0, ID_BYTES), secret });

function secretOf(line: string): Buffer | undefined {
  const secret = /^[0-9a-f]{64}$/i.test(line) ? Buffer.from(line, 'hex') : Buffer.from(line, 'base64');
  return secret.length === KEY_BYTES ? secret : undefined;
}

/** Says what is wrong with a key file, and quotes nothing of it; undefined where it can be used. */
export function problemOfKeyFile(file: string): string | undefined {
  try {
    AesCipher.fromFile(file);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === undefined ? message : `expected a file that can be read (${code})`;
  }
}
