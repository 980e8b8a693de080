import { hash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 26 characters of Crockford's base32: 130 bits. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5 && text.length < 26) text += ALPHABET[(value >>> (bits -= 5)) & 31];
  }
  return text;
}

const digest = (...parts: readonly string[]): Buffer => hash('sha256', JSON.stringify(parts), 'buffer');

/** The same pipeline and idempotency key make the same run, wherever and however often it is asked for. */
export const runIdOf = (pipeline: string, idempotencyKey: string): string =>
  'run_' + base32(digest('run', pipeline, idempotencyKey));

/** An id that follows from what it is about, so that making it twice is harmless. */
export const derivedId = (prefix: string, ...parts: readonly string[]): string =>
  `${prefix}_` + base32(digest(prefix, ...parts));

export const randomId = (prefix: string): string => `${prefix}_` + base32(randomBytes(17));

/** Returns the key that a stage passes on to systems that know idempotency keys: the same on every attempt of the same step. */
export const stepIdempotencyKey = (run: string, step: string): string => `${run}.${step}`;
