import type { Attachment } from 'postal-mime';

/** Types of parts that hold words as a rule: texts, documents, encrypted mails. */
const WORDS =
  /^(?:text\/|application\/(?:pdf|rtf|msword|vnd\.\S*(?:word|opendocument\.text)|ms-tnef|(?:x-)?pkcs7-mime|pgp-encrypted|octet-stream|(?:x-)?zip))/i;
/** Types of lists and tables: what a writer says of them is in the mail. */
const DATA = /^(?:text\/(?:csv|tab-separated-values)|application\/(?:json|xml|vnd\.\S*(?:excel|sheet)))/i;
/** Types that come with a mail and hold nothing that the writer says. */
const BESIDE = /^(?:text\/(?:x-)?(?:vcard|calendar|directory)|application\/(?:ics|(?:x-)?(?:pkcs7|pgp)-signature))/i;
/** Words with which writers point to what they attach, in the languages of mail programs. */
const POINTS =
  /(?<!\p{L})(?:attach(?:ed|ment|ments|ing)?|enclosed?|screenshots?|photos?|pictures?|scans?|anhang|angehängt|anbei|beigefügt|anlagen?|bildschirmfoto|ci-joint|pièces? jointes?|adjunt[oa]s?|anex[oa]s?|in allegato|allegat[oi]|bijlagen?|bifog\p{L}*|vedlagt|vedhæftet|załącz\p{L}*)(?!\p{L})/iu;
/** A mail of fewer words may be no more than a cover for what is attached. */
const FEW_WORDS = 8;

interface Mail {
  readonly attachments: readonly Attachment[];
  readonly subject: string;
  readonly text: string;
}

/** Says why what is attached to a mail may hold words that the writer means to be read; undefined where it does not seem so. */
export function attachmentDoubt({ attachments, subject, text }: Mail): string | undefined {
  const unread = attachments.filter(({ mimeType }) => !BESIDE.test(mimeType) && mimeType !== 'message/rfc822');
  const words = text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  if (unread.length > 0 && words < FEW_WORDS)
    return 'It has few words of its own, and attachments, which are not read.';
  const isPointedTo = POINTS.test(`${subject}\n${text}`);
  const mayHoldWords = unread.some(({ mimeType, related, disposition }) => {
    if (DATA.test(mimeType)) return false;
    // Pictures within the text are logos for the most part.
    return WORDS.test(mimeType) || (isPointedTo && !related && disposition !== 'inline');
  });
  if (mayHoldWords) return 'It has attachments that may hold words, and these are not read.';
  return undefined;
}

/** Says what in a text stands for words that nobody here can read. */
export const encryptionDoubt = (text: string): string | undefined =>
  /^-----BEGIN PGP MESSAGE-----/m.test(text) ? 'It is encrypted.' : undefined;
