import { createHash } from 'node:crypto';
import { withoutCitations } from '@millrace/ai';
import type { In } from '@millrace/pipeline';
import type { send } from './contract.js';

/** A mail ready to be handed over. */
export interface Reply {
  /** Names the mail: the same for every attempt. Letters, digits, `.`, `_` and `-`. */
  readonly key: string;
  readonly messageId: string;
  readonly from: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly inReplyTo?: string;
}

/** The reply to a message; undefined when it has no address to answer to. */
export function replyTo({ original, text }: In<typeof send>, idempotencyKey: string, from: string): Reply | undefined {
  const address = original.replyTo ?? original.from?.address;
  if (address === undefined) return undefined;
  const key = keyOf(idempotencyKey);
  const id = original.messageId?.match(/<[^<>\s]{1,900}>/)?.[0];
  return {
    key,
    messageId: `<${key}@${/@([^\s>@]+)>?$/.exec(from)?.[1] ?? 'localhost'}>`,
    from,
    to: { name: original.replyTo === undefined ? (original.from?.name ?? '') : '', address },
    subject: replySubject(original.subject),
    text: withoutCitations(text),
    ...(id !== undefined && { inReplyTo: id }),
  };
}

/** `Re: …`, once. */
export function replySubject(subject: string): string {
  const bare = subject
    .replace(/[\r\n]+/g, ' ')
    .replace(/^(?:\s*(?:re|aw|sv|antw)\s?:)+/i, '')
    .trim();
  return bare === '' ? 'Re: your message' : `Re: ${bare}`;
}

/** Fit for a file name and a Message-ID, and different for different keys. */
function keyOf(idempotencyKey: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}$/.test(idempotencyKey)) return idempotencyKey;
  return createHash('sha256').update(idempotencyKey).digest('hex');
}
