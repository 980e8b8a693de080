import { attributionLength, dividerAt, headersAt, isMailHeading, isMarked } from './quote-marks.js';
import { beginsSignature } from './signature.js';

/** A writer's words that point to an answer further down, in the languages of mail programs. */
const POINTS_BELOW =
  /(?<!\p{L})(?:below|inline|in-line|underneath|beneath|at the (?:end|bottom)|unten|im text|unterhalb|darunter|ci-dessous|plus bas|en dessous|abajo|abaixo|sotto|in basso|onderaan|hieronder|nedenfor|nedan|poniżej)(?!\p{L})/iu;

/** The end of a letter, on a line of its own. */
const CLOSING =
  /^\s*(?:(?:kind(?:est)?|best|warm(?:est)?|many) regards|regards|best wishes|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|mit (?:freundlichen|besten|vielen) grüßen|(?:viele|freundliche|beste|liebe) grüße|cordialement|bien à vous|(?:sincères|meilleures) salutations|saludos(?: cordiales)?|atentamente|atenciosamente|cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?|med (?:vänlig hälsning|vennlig hilsen|venlig hilsen)|z poważaniem)\s*[,.!]?\s*$/iu;

/** Matches what mail systems and firms put under a letter. */
const SMALL_PRINT =
  /confidential|intended recipient|disclaimer|unsubscribe|do not reply to this|general information and not|never ask (?:you )?for|registered (?:in england|office|number)|authori[sz]ed and regulated|vertraulich|impressum|amtsgericht|confidentiel|confidencial|riservat|vertrouwelijk/i;
const EMPTY_LINES = 3;

/** The beginnings of answers to a question, in the languages of mail programs. */
const ANSWERS =
  /^\s*(?:yes|yeah|no|nope|not|ok(?:ay)?|sure|correct|wrong|that(?:’|')?s|it (?:was|is|wasn)|ja|nein|doch|oui|non|si|sí|sim|não|nee|nej|tak|nie)(?![\p{L}\p{N}])/iu;
/** The beginning of a paragraph in which a person speaks for himself or answers: a firm says "we". */
const SPEAKS =
  /^\s*(?:yes|yeah|no|nope|ok(?:ay)?|i|i(?:’|')(?:m|ve|d|ll)|my|mine|thanks|thank you|ja|nein|ich|mein\p{L}*|danke|oui|non|je|j(?:’|')\p{L}+|mon|ma|mes|merci|sí|yo|mi|gracias|sim|não|eu|obrigad[oa]|io|mio|grazie|nee|ik|mijn|jag|jeg|tack|takk|tak)(?![\p{L}\p{N}])/iu;

/** Returns true when the writer's own words say that the answer stands further down. */
export const pointsBelow = (own: readonly string[]): boolean => own.some((line) => POINTS_BELOW.test(line));

/**
 * Returns true when something under the head of an unmarked mail, from line `from` on, may be an answer to that mail rather than a part of it: words after the mail's
 * closing or signature, after marked lines, or after a wide gap; or right under a question, or as the last paragraph of a mail without a closing. Small print and the heads of
 * older mails are none.
 */
export function mayAnswerBelow(lines: readonly string[], from: number): boolean {
  let hasEnded = false;
  let mayAnswer = false;
  let paragraphs = 0;
  let gap = 0;
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      gap++;
      continue;
    }
    const isParagraph = gap > 0 || at === from;
    const isWide = gap >= EMPTY_LINES && at > from + gap;
    gap = 0;
    // A quoted question, and an answer right under it.
    if (/\?\s*$/.test(lines[at - 1] ?? '') && ANSWERS.test(line)) return true;
    if (isParagraph) mayAnswer = paragraphs++ > 0 && SPEAKS.test(line) && !isSmallPrint(lines, at);
    if (isOlderMail(lines, at)) {
      hasEnded = false;
      mayAnswer = false;
      paragraphs = 0;
      at += Math.max(headersAt(lines, at).length, attributionLength(lines, at), 1) - 1;
    } else if (isMarked(line) || CLOSING.test(line) || beginsSignature(line)) hasEnded = true;
    else if (hasEnded && isMarked(lines[at - 1] ?? '')) return true;
    else if (isParagraph && (hasEnded || isWide) && !isSmallPrint(lines, at)) return true;
  }
  // Where nothing shows that the mail has ended, a last paragraph in which somebody speaks for himself may be the answer.
  return mayAnswer && !hasEnded;
}

const isOlderMail = (lines: readonly string[], at: number): boolean =>
  dividerAt(lines[at] ?? '') !== undefined || attributionLength(lines, at) > 0 || isMailHeading(headersAt(lines, at));

/** Returns true when a paragraph is small print, or names who signs. What asks something is neither. */
function isSmallPrint(lines: readonly string[], at: number): boolean {
  const end = lines.findIndex((line, next) => next >= at && line.trim() === '');
  const text = lines
    .slice(at, end < 0 ? lines.length : end)
    .join(' ')
    .trim();
  const isName = !/(?:\S+\s+){2,}\S/.test(text) && !/[.!]$/.test(text);
  return !text.includes('?') && (isName || SMALL_PRINT.test(text));
}
