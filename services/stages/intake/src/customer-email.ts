import { cut } from '@millrace/contracts';
import { type Address, addressParser, decodeWords, type Email } from 'postal-mime';
import { type CustomerEmail, type IncomingEmail, MOST_READ } from './contract.js';
import { type Forwarded, newWords } from './new-words.js';
import { type ParsedMail, parsedMail } from './parsed-mail.js';
import { attachmentDoubt, encryptionDoubt } from './unread.js';
import { bounded, hasMailHeaders, plainText } from './raw-message.js';

/** The reason for which a message cannot be worked on. */
export type Unreadable = { readonly code: 'EMAIL_UNREADABLE' | 'EMAIL_EMPTY'; readonly message: string };

/** Characters of text that go on. */
const MAX_TEXT = 32 * 1024;
const MAX_SUBJECT = 500;
const MAX_ATTACHMENTS = 50;
/** The most parts of forwarded mails, and of what was left out, that people are shown. */
const MAX_FORWARDED = 5;
const MAX_FORWARDED_TEXT = 8 * 1024;
const MAX_LEFT_OUT = 20;
const MAX_LEFT_OUT_TEXT = 2_000;
/** Stands where a character could not be read. */
const UNREADABLE = '\ufffd';

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
  // No more of a large mail becomes bytes than is read; one byte more says that there was more.
  if (rawBase64 !== undefined) return Buffer.from(rawBase64.slice(0, 2 * MOST_READ), 'base64');
  return raw === undefined ? undefined : Buffer.from(raw.slice(0, MOST_READ + 1));
}

async function fromRaw(message: Uint8Array): Promise<CustomerEmail | Unreadable> {
  const { bytes, truncated } = bounded(message);
  if (!hasMailHeaders(bytes)) {
    const text = plainText(bytes);
    if (text !== undefined) return fromFields({ text }, truncated);
    return {
      code: 'EMAIL_UNREADABLE',
      message: 'This is not an e-mail: it has neither mail headers nor readable text.',
    };
  }
  try {
    const mail = await parsedMail(bytes);
    // What is attached to a report is evidence, not for reading.
    const attached = isReport(mail.email) ? [] : await attachedMails(mail);
    return fromParsed(mail, { truncated, attached });
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return { code: 'EMAIL_UNREADABLE', message: `The e-mail cannot be taken apart: ${why}.` };
  }
}

/** The mails that are attached to one, without those that are attached to them. */
async function attachedMails({ attached }: ParsedMail): Promise<Forwarded[]> {
  const mails = await Promise.all(
    attached.slice(0, MAX_FORWARDED).map((bytes) => parsedMail(bytes).catch(() => undefined)),
  );
  return mails
    .filter((mail) => mail !== undefined)
    .map(({ email, body }) => {
      const from = mailbox(email.from);
      return {
        ...(from && { from: from.name === undefined ? from.address : `${from.name} <${from.address}>` }),
        ...(email.subject && { subject: email.subject }),
        ...(email.date && { date: email.date }),
        text: body,
      };
    });
}

interface Around {
  readonly truncated: boolean;
  readonly attached: readonly Forwarded[];
}

function fromParsed(mail: ParsedMail, { truncated, attached }: Around): CustomerEmail {
  const { email, body } = mail;
  const { doubts: found = [], ...words } = wordsOf(body, { truncated, attached });
  const subject = oneLine(email.subject ?? '');
  const unread = attachmentDoubt({ attachments: email.attachments, subject, text: words.text });
  const doubts = [...found, ...mail.doubts, ...(unread === undefined ? [] : [unread])];
  const from = mailbox(email.from) ?? mailbox(email.sender);
  const replyTo = mailbox(email.replyTo?.[0])?.address;
  const date = email.date === undefined ? undefined : instant(email.date);
  return {
    ...(from && { from }),
    ...(replyTo !== undefined && replyTo !== from?.address && { replyTo }),
    subject,
    ...words,
    uncertain: doubts.length > 0,
    ...(doubts.length > 0 && { doubts }),
    ...(email.messageId && { messageId: cut(oneLine(email.messageId), 1_000) }),
    ...(date !== undefined && { date }),
    attachments: email.attachments.slice(0, MAX_ATTACHMENTS).map(({ filename, mimeType, content }) => ({
      name: cut(oneLine(filename ?? ''), 255),
      type: cut(oneLine(mimeType), 255),
      size: typeof content === 'string' ? content.length : content.byteLength,
    })),
    automatic: isAutomatic(email, from?.address),
  };
}

function fromFields(given: IncomingEmail, truncated = false): CustomerEmail {
  const from = mailbox(addressParser(writable(given.from ?? ''), { flatten: true })[0]);
  const date = given.date === undefined ? undefined : instant(given.date);
  return {
    ...(from && { from }),
    subject: oneLine(given.subject ?? ''),
    ...wordsOf(given.text ?? '', { truncated, attached: [] }),
    ...(given.messageId && { messageId: oneLine(given.messageId) }),
    ...(date !== undefined && { date }),
    attachments: [],
    automatic: false,
  };
}

type Words = Pick<CustomerEmail, 'doubts' | 'text' | 'fullText' | 'leftOut' | 'forwarded' | 'uncertain' | 'truncated'>;

function wordsOf(body: string, { truncated, attached }: Around): Words {
  const all = writable(body).trim();
  const whole = cut(all, MAX_TEXT);
  const { text: own, leftOut, uncertain, forwarded: below } = newWords(whole);
  const forwarded = [...below, ...attached].slice(0, MAX_FORWARDED).map(shown);
  // A mail that does nothing but pass mails on is about what they say.
  const text = own === '' ? cut(forwarded.map((mail) => mail.text).join('\n\n'), MAX_TEXT) : own;
  const isCut = truncated || whole.length < all.length;
  const encrypted = encryptionDoubt(whole);
  const doubts = [
    ...(uncertain ? ['It is not certain which of its words are the writer’s own.'] : []),
    ...(forwarded.length > 0 ? ['It passes another mail on.'] : []),
    ...(isCut ? ['It is longer than what is read.'] : []),
    ...(whole.includes(UNREADABLE) ? ['It has characters that cannot be read.'] : []),
    ...(encrypted === undefined ? [] : [encrypted]),
  ];
  return {
    text,
    ...(leftOut.length > 0 && { fullText: whole }),
    ...(leftOut.length > 0 && {
      leftOut: leftOut.slice(0, MAX_LEFT_OUT).map((part) => cut(part, MAX_LEFT_OUT_TEXT, '…')),
    }),
    ...(forwarded.length > 0 && { forwarded }),
    uncertain: doubts.length > 0,
    ...(doubts.length > 0 && { doubts }),
    truncated: isCut,
  };
}

function shown({ from, subject, date, text }: Forwarded): Forwarded {
  return {
    ...(from !== undefined && { from: cut(oneLine(decodeWords(from)), 500) }),
    ...(subject !== undefined && { subject: oneLine(subject) }),
    ...(date !== undefined && { date: cut(oneLine(date), 100) }),
    text: cut(writable(text).trim(), MAX_FORWARDED_TEXT, '…'),
  };
}

/** Returns text that records and stores take: no NUL, no half of a character. */
function writable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', UNREADABLE);
}

function mailbox(address: Address | undefined): { name?: string; address: string } | undefined {
  const one = address?.group?.[0] ?? address;
  if (!one?.address || !/^[^\s@<>]+@[^\s@<>]+$/.test(one.address) || one.address.length > 320) return undefined;
  return { ...(one.name && { name: cut(oneLine(one.name), 200) }), address: one.address };
}

function oneLine(text: string): string {
  const words = writable(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return cut(words, MAX_SUBJECT).trimEnd();
}

function instant(date: string): string | undefined {
  const at = new Date(date);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

const isReport = ({ headers }: Email): boolean =>
  headers.some(({ key, value }) => key === 'content-type' && /^\s*multipart\/report/i.test(value));

/** By RFC 3834 and what came before it: answering such mail makes two machines write to each other for ever. */
function isAutomatic(email: Email, from: string | undefined): boolean {
  const { headers, returnPath } = email;
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
    isReport(email) ||
    /^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply)@/i.test(from ?? '')
  );
}
