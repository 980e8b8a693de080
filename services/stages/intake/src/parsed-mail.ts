import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { decoded, windows1252 } from './charset.js';
import { unflowed } from './flowed.js';
import { htmlToText, type PageText } from './html-text.js';
import { type Mended, mended } from './mended.js';

/** A mail that was taken apart. */
export interface ParsedMail {
  readonly email: Email;
  /** Its body as text. */
  readonly body: string;
  /** Mails that are attached to it, as bytes. */
  readonly attached: readonly Uint8Array[];
  /** The doubts about parts of it that could not be read whole, in sentences for people. */
  readonly doubts: readonly string[];
}

/** Nested deeper than any mail program does; found out by measuring that a parser takes seconds over thousands of levels. */
const LIMITS = { maxNestingDepth: 20, maxRfc822NestingDepth: 1, maxHeadersSize: 128 * 1024, rfc822Attachments: true };

/** Boundaries that are looked for; each takes a walk over the message. */
const MAX_BOUNDARIES = 20;

/** Takes a mail apart. Throws where the parser gives up. */
export async function parsedMail(message: Uint8Array): Promise<ParsedMail> {
  const mail = mended(message);
  const email = await PostalMime.parse(mail.bytes, LIMITS);
  const attached = email.attachments.filter(({ mimeType }) => mimeType === 'message/rfc822').map(bytesOf);
  const body = bodyOf(email, mail);
  const isBroken = hasLostParts(mail);
  const doubts = [
    ...(isBroken ? ['Its parts are not where its headers say.'] : []),
    ...mail.doubts,
    ...(body.isWhole ? [] : ['A comment, a style or a tag in its HTML has no end: what comes after it is not seen.']),
    ...(body.isStub ? ['Its plain text lacks words that its HTML has: the HTML was read.'] : []),
  ];
  const { text } = isBroken && body.text.trim() === '' ? asItStands(message) : body;
  return { email, body: text, attached, doubts };
}

function bytesOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}

/** HTML counts where there is no other form of it in plain text; parts that follow it (a mailing list's footer) are in it, too. */
function bodyOf(email: Email, mail: Mended): PageText & { readonly isStub?: true } {
  const decodedText = relabelled(email.text ?? '', mail);
  const text = mail.flowed === undefined ? decodedText : unflowed(decodedText, mail.flowed.delSp);
  const html = email.html ?? '';
  if (html.trim() === '') return { text, isWhole: true };
  const page = htmlToText(relabelled(html, mail));
  if (text.trim() !== '' && mail.alternative)
    return isStubOf(page.text, text) ? { ...page, isStub: true } : { text, isWhole: true };
  return { ...page, text: page.text || text };
}

/** Returns true when a plain text says no more than that the mail has another form. */
function isStubOf(page: string, plain: string): boolean {
  const [words, all] = [plain, page].map((text) => text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) as [number, number];
  return all > 3 * words + 10;
}

/** Decodes once more what was decoded as Windows-1252 only because its label said nothing to the parser. */
function relabelled(text: string, { relabelled: label }: Mended): string {
  if (label === undefined) return text;
  const bytes = windows1252(text);
  if (bytes === undefined) return text;
  const [, meta] = /<meta\s[^>]{0,200}charset=["']?([\w:-]{1,40})/i.exec(text.slice(0, 4_096)) ?? [];
  return decoded(bytes, label === '' ? meta : label);
}

/** Returns true when a multipart names no boundary, or one that is nowhere in the message. */
function hasLostParts({ boundaries, bytes }: Mended): boolean {
  const message = Buffer.from(bytes);
  const isLost = (boundary: string | undefined) => !boundary || !message.includes(`\n--${boundary}`, 0, 'latin1');
  return boundaries.slice(0, MAX_BOUNDARIES).some(isLost);
}

/** Returns what follows the headers. */
function asItStands(message: Uint8Array): PageText {
  const bytes = Buffer.from(message);
  const ends = ['\n\n', '\n\r\n'].map((end) => bytes.indexOf(end)).filter((at) => at >= 0);
  const body = ends.length === 0 ? '' : decoded(bytes.subarray(Math.min(...ends)));
  return /<(?:html|body)\b/i.test(body) ? htmlToText(body) : { text: body, isWhole: true };
}
