/** Longer lines are no headings of quotes, whatever they say. */
const HEADING = 300;

/** `On 3 May 2026, Ada wrote:` as mail programs put it in front of quoted lines, in the languages they speak. */
const WROTE =
  /^[\s*>-]*(?:on|le|el|il|em|am|op|den|pe|w dniu|dnia)\s(?=.*\d).*(?:wrote|écrit|escribió|scritto|escreveu|schrieb|schreef|skrev|kirjoitti|pisze|napisał(?:\(a\))?)(?:\s.{1,100})?\s?:\s*-*$/iu;
/** The same, beginning with the date. */
const DATE_WROTE =
  /^[\s>]*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.*(?:wrote|écrit|escribió|scritto|schrieb|schreef|skrev|pisze|написал|пишет)\S{0,3}\s?:\s*$/iu;
const SENDER_WROTE = /^(?=.*\d).*<[^<>\s]+@[^<>\s]+>(?:\s(?:wrote|schrieb))?\s?:$/i;
/** `-----Original Message-----` and its like: nothing after it is new. */
const DIVIDER =
  /^[\s>*]*[-_]{2,20}\s?(?:original message|forwarded message|reply message|ursprüngliche nachricht|weitergeleitete nachricht|message d['’]origine|message transféré|mensaje original|messaggio originale|oprindelig besked|oorspronkelijk bericht)\s?[-_]{2,20}\s*$/iu;
/** The headers that Outlook puts above what it quotes. */
const FROM_LINE = /^[\s*>]*(?:from|von|de|van|da|från|fra)\s?:\**\s*\S/iu;
const NEXT_HEADER =
  /^[\s*>]*(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|objet|enviado|para|asunto|inviato|verzonden|aan)\s?:/iu;

const DASHES = /^\s*--\s*$/;
const DEVICE =
  /^\s*(?:sent (?:from|via) (?:my |the |aol |yahoo|mail|outlook|samsung|proton)|get outlook for |gesendet von |von meinem .{1,40} gesendet|envoyé (?:de mon|depuis) |enviado desde |inviato da |verzonden vanaf |verstuurd vanaf |sendt fra )/iu;

/** The words that are new in a message: without the mails it quotes, without its signature. The whole text when nothing else is in it. */
export function newWords(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const kept: string[] = [];
  let signature = false;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (endsNewWords(lines, at)) break;
    const heading = headingLength(lines, at);
    if (heading > 0) {
      if (!quotedFollows(lines, at + heading)) break;
      at += heading - 1;
      signature = false;
    } else if (/^\s*>/.test(line)) signature = false;
    else if (DASHES.test(line) || DEVICE.test(line.slice(0, 100))) signature = true;
    else if (!signature) kept.push(line.trimEnd());
  }
  const words = kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return words === '' ? text.trim() : words;
}

/** Whether everything from here on is a quoted or forwarded mail without marks of its own. */
function endsNewWords(lines: readonly string[], at: number): boolean {
  const line = lines[at]!;
  if (line.length > HEADING) return false;
  if (DIVIDER.test(line)) return true;
  return FROM_LINE.test(line) && lines.slice(at + 1, at + 4).some((next) => NEXT_HEADER.test(next.slice(0, HEADING)));
}

/** How many lines the heading of a quote takes here (mail programs wrap it), 0 when there is none. */
function headingLength(lines: readonly string[], at: number): number {
  for (let length = 1; length <= 3; length++) {
    const heading = lines.slice(at, at + length).join(' ');
    if (heading.length > HEADING || lines[at + length - 1]?.trim() === '') return 0;
    if (WROTE.test(heading) || DATE_WROTE.test(heading)) return length;
    if (length === 1 && SENDER_WROTE.test(heading)) return length;
  }
  return 0;
}

/** Whether the next line with something in it is marked as quoted: then answers may stand between quoted lines. */
function quotedFollows(lines: readonly string[], from: number): boolean {
  for (let at = from; at < Math.min(lines.length, from + 10); at++) {
    if (lines[at]!.trim() !== '') return lines[at]!.trimStart().startsWith('>');
  }
  return false;
}
