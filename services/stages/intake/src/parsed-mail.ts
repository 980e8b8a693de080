import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { decoded, windows1252 } from './charset.js';
import { unflowed } from './flowed.js';
import { htmlToText } from './html-text.js';
import { type Mended, mended } from './mended.js';

/** A mail that was taken apart. */
export interface ParsedMail {
  readonly email: Email;
  /** Its body as text. */
  readonly body: string;
  /** Mails that are attached to it, as bytes. */
  readonly attached: readonly Uint8Array[];
  /** Whether its parts are not where its headers say: the body is then what follows the headers, as it stands. */
  readonly broken: boolean;
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
  const broken = hasLostParts(mail);
  if (broken && body.trim() === '') return { email, body: asItStands(message), attached, broken };
  return { email, body, attached, broken };
}

function bytesOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}

/** HTML counts where there is no other form of it in plain text; parts that follow it (a mailing list's footer) are in it, too. */
function bodyOf(email: Email, mail: Mended): string {
  const decodedText = relabelled(email.text ?? '', mail);
  const text = mail.flowed === undefined ? decodedText : unflowed(decodedText, mail.flowed.delSp);
  const html = email.html ?? '';
  if (html.trim() === '' || (text.trim() !== '' && mail.alternative)) return text;
  return htmlToText(relabelled(html, mail)) || text;
}

/** Decodes once more what was decoded as Windows-1252 only because its label said nothing to the parser. */
function relabelled(text: string, { relabelled: label }: Mended): string {
  if (label === undefined) return text;
  const bytes = windows1252(text);
  if (bytes === undefined) return text;
  const [, meta] = /<meta\s[^>]{0,200}charset=["']?([\w:-]{1,40})/i.exec(text.slice(0, 4_096)) ?? [];
  return decoded(bytes, label === '' ? meta : label);
}

/** Whether a multipart names no boundary, or one that is nowhere in the message. */
function hasLostParts({ boundaries, bytes }: Mended): boolean {
  const message = Buffer.from(bytes);
  const isLost = (boundary: string | undefined) => !boundary || !message.includes(`\n--${boundary}`, 0, 'latin1');
  return boundaries.slice(0, MAX_BOUNDARIES).some(isLost);
}

/** What follows the headers. */
function asItStands(message: Uint8Array): string {
  const bytes = Buffer.from(message);
  const ends = ['\n\n', '\n\r\n'].map((end) => bytes.indexOf(end)).filter((at) => at >= 0);
  const body = ends.length === 0 ? '' : decoded(bytes.subarray(Math.min(...ends)));
  return /<(?:html|body)\b/i.test(body) ? htmlToText(body) : body;
}
