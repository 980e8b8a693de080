import { MOST_READ } from './contract.js';

/** MIME parsers take time that grows with the square of the lines; a message of this size with base64 parts has 7,000. */
export const MAX_LINES = 10_000;

export interface Bounded {
  readonly bytes: Uint8Array;
  readonly truncated: boolean;
}

const CR = 13;
const LF = 10;

/** A message whose lines end with CR alone, as old mail programs for the Macintosh wrote them, with line ends that parsers know. */
const withLineEnds = (message: Uint8Array): Uint8Array =>
  message.includes(LF) || !message.includes(CR) ? message : message.map((byte) => (byte === CR ? LF : byte));

/** The beginning of a message that is safe to parse. */
export function bounded(given: Uint8Array): Bounded {
  const message = withLineEnds(given);
  let end = Math.min(message.length, MOST_READ);
  let lines = 0;
  for (let at = message.indexOf(LF); at >= 0 && at < end; at = message.indexOf(LF, at + 1)) {
    if (++lines === MAX_LINES) end = at;
  }
  return { bytes: message.subarray(0, end), truncated: end < message.length };
}

const HEADER =
  /^(?:from|to|cc|subject|date|message-id|received|return-path|reply-to|sender|mime-version|content-type|delivered-to|x-[\w-]{1,60})[ \t]*:/im;

/** Returns true when a message begins with at least one header that mail has. */
export function hasMailHeaders(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 64 * 1024)).toString('latin1');
  const end = start.search(/\r?\n\r?\n/);
  return HEADER.test(end < 0 ? start : start.slice(0, end));
}

/** The bytes as text, if that is what they are: UTF-8 without control characters. */
export function plainText(bytes: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(bytes);
  const strange = text.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return strange * 100 > text.length ? undefined : text;
}
