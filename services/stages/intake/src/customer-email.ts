import PostalMime, { type Address, addressParser, type Email } from 'postal-mime';
import type { CustomerEmail, IncomingEmail } from './contract.js';
import { htmlToText } from './html-text.js';
import { newWords } from './new-words.js';
import { bounded, hasMailHeaders, plainText } from './raw-message.js';

/** Why a message cannot be worked on. */
export type Unreadable = { readonly code: 'EMAIL_UNREADABLE' | 'EMAIL_EMPTY'; readonly message: string };

/** Characters of text that go on. */
const MAX_TEXT = 32 * 1024;
const MAX_SUBJECT = 500;
const MAX_ATTACHMENTS = 50;

/** Nested deeper than any mail program does; found out by measuring that a parser takes seconds over thousands of levels. */
const LIMITS = { maxNestingDepth: 20, maxRfc822NestingDepth: 1, maxHeadersSize: 128 * 1024 };

/** The message in the shape that later steps read, or why there is none. */
export async function customerEmail(given: IncomingEmail): Promise<CustomerEmail | Unreadable> {
  const raw = bytesOf(given);
  const email = raw === undefined ? fromFields(given) : await fromRaw(raw);
  if ('code' in email) return email;
  if (email.text === '' && email.subject === '' && email.attachments.length === 0) {
    return { code: 'EMAIL_EMPTY', message: 'The message has no text, no subject and no attachment.' };
  }
  return email;
}

function bytesOf({ raw, rawBase64 }: IncomingEmail): Uint8Array | undefined {
  if (rawBase64 !== undefined) return Buffer.from(rawBase64, 'base64');
  return raw === undefined ? undefined : Buffer.from(raw);
}

async function fromRaw(message: Uint8Array): Promise<CustomerEmail | Unreadable> {
  const { bytes, truncated } = bounded(message);
  if (!hasMailHeaders(bytes)) {
    const text = plainText(bytes);
    if (text !== undefined) return { ...fromFields({ text }), truncated };
    return {
      code: 'EMAIL_UNREADABLE',
      message: 'This is not an e-mail: it has neither mail headers nor readable text.',
    };
  }
  let email: Email;
  try {
    email = await PostalMime.parse(bytes, LIMITS);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return { code: 'EMAIL_UNREADABLE', message: `The e-mail cannot be taken apart: ${why}.` };
  }
  return fromParsed(email, truncated);
}

function fromParsed(email: Email, truncated: boolean): CustomerEmail {
  const body = email.text?.trim() ? email.text : htmlToText(email.html ?? '');
  const from = mailbox(email.from) ?? mailbox(email.sender);
  const replyTo = mailbox(email.replyTo?.[0])?.address;
  const date = email.date === undefined ? undefined : instant(email.date);
  return {
    ...(from && { from }),
    ...(replyTo !== undefined && replyTo !== from?.address && { replyTo }),
    subject: oneLine(email.subject ?? ''),
    ...wordsOf(body, truncated),
    ...(email.messageId && { messageId: email.messageId.slice(0, 1_000) }),
    ...(date !== undefined && { date }),
    attachments: email.attachments.slice(0, MAX_ATTACHMENTS).map(({ filename, mimeType, content }) => ({
      name: oneLine(filename ?? '').slice(0, 255),
      type: mimeType.slice(0, 255),
      size: typeof content === 'string' ? content.length : content.byteLength,
    })),
    automatic: isAutomatic(email, from?.address),
  };
}

function fromFields(given: IncomingEmail): CustomerEmail {
  const from = mailbox(addressParser(given.from ?? '', { flatten: true })[0]);
  const date = given.date === undefined ? undefined : instant(given.date);
  return {
    ...(from && { from }),
    subject: oneLine(given.subject ?? ''),
    ...wordsOf(given.text ?? '', false),
    ...(given.messageId && { messageId: oneLine(given.messageId) }),
    ...(date !== undefined && { date }),
    attachments: [],
    automatic: false,
  };
}

function wordsOf(body: string, truncated: boolean): Pick<CustomerEmail, 'text' | 'fullText' | 'truncated'> {
  const whole = cut(body.replaceAll('\u0000', '').trim());
  const text = newWords(whole);
  return {
    text,
    ...(text !== whole && { fullText: whole }),
    truncated: truncated || whole.length < body.trim().length,
  };
}

/** At most `MAX_TEXT`, and no half of a character at the end. */
function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : text.slice(0, MAX_TEXT).replace(/[\ud800-\udbff]$/, '');
}

function mailbox(address: Address | undefined): { name?: string; address: string } | undefined {
  const one = address?.group?.[0] ?? address;
  if (!one?.address || !/^[^\s@<>]+@[^\s@<>]+$/.test(one.address) || one.address.length > 320) return undefined;
  return { ...(one.name && { name: oneLine(one.name).slice(0, 200) }), address: one.address };
}

function oneLine(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, MAX_SUBJECT);
}

function instant(date: string): string | undefined {
  const at = new Date(date);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** By RFC 3834 and what came before it: answering such mail makes two machines write to each other for ever. */
function isAutomatic({ headers, returnPath }: Email, from: string | undefined): boolean {
  const value = (key: string) =>
    headers
      .find((header) => header.key === key)
      ?.value.trim()
      .toLowerCase();
  const submitted = value('auto-submitted');
  return (
    (submitted !== undefined && submitted !== 'no') ||
    value('list-id') !== undefined ||
    value('return-path') === '<>' ||
    returnPath === '' ||
    /^(?:bulk|junk|list|auto_reply)$/.test(value('precedence') ?? '') ||
    (value('content-type') ?? '').startsWith('multipart/report') ||
    /^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply)@/i.test(from ?? '')
  );
}
