import { derivedId } from './ids.js';

const LONGEST_PATTERN = 500;
const QUOTED = /"[^"]*"|`[^`]*`|“[^”]*”|«[^»]*»|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu;
const ADDRESS = /[^\s@]+@[^\s@]+/gu;
const WORD = /[\p{L}\p{N}_-]+/gu;
const HEX_ID = /^[0-9a-f]{8,}$/i;
const JOINED = /#(?:[.,:/]#)+/g;

/** Returns a message without what differs from case to case: quotes, numbers, ids and addresses. */
export const messagePattern = (message: string): string =>
  message
    .replace(QUOTED, '"…"')
    .replace(ADDRESS, '#')
    .replace(WORD, (word) => (/\p{N}/u.test(word) || HEX_ID.test(word) ? '#' : word))
    .replace(JOINED, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_PATTERN)
    .toWellFormed();

/** A failure, and the stage, step or topic at which it happened. */
interface FailedAt {
  readonly at: string;
  readonly code: string;
  readonly message: string;
}

/** Returns the fingerprint of a failure: failures of one cause share it, whatever numbers, ids and quotes their messages have. */
export const fingerprintOf = ({ at, code, message }: FailedAt): string =>
  derivedId('fp', at, code, messagePattern(message));
