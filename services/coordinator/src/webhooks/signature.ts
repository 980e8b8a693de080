import { createHmac } from 'node:crypto';

interface Signed {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/** Returns the header `webhook-signature` of Standard Webhooks: HMAC-SHA256 of id, time and body. */
export const signatureOf = ({ id, timestamp, body }: Signed, key: Uint8Array): string =>
  `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;

/** Reads a secret, `whsec_` and 24 to 64 bytes in base64; undefined where it is none. */
export function keyOf(secret: string): Uint8Array | undefined {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(base64 ?? '', 'base64');
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}
