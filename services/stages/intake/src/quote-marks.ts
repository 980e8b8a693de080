/** Longer lines are no headings of quotes, whatever they say. */
const MAX_HEADING = 300;

/** A line that a mail program marked as quoted. */
export const isMarked = (line: string): boolean => /^\s{0,3}>/.test(line);
const unmarked = (line: string): string => line.replace(/^[\s>]{1,40}/, '');

/** `On 3 May 2026, Ada wrote:` as mail programs put it in front of quoted lines, in the languages they speak. */
const WROTE = [
  /^[\s*>-]*(?:on|le|el|il|em|am|op|den|pe|w dniu|dnia)\s(?=.*\d).*(?:wrote|écrit|escribió|scritto|escreveu|schrieb|schreef|skrev|kirjoitti|pisze|napisał(?:\(a\))?)(?:\s.{1,100})?\s?:\s*-*$/iu,
  /^[\s>]*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b.*(?:wrote|écrit|escribió|scritto|schrieb|schreef|skrev|pisze|написал|пишет)\S{0,3}\s?:\s*$/iu,
];
const SENDER_WROTE = /^(?=.*\d).*<[^<>\s]+@[^<>\s]+>(?:\s(?:wrote|schrieb))?\s?:$/i;

/** Returns the number of lines of the attribution that begins here (mail programs wrap it), 0 when there is none. */
export function attributionLength(lines: readonly string[], at: number): number {
  for (let length = 1; length <= 3; length++) {
    const last = lines[at + length - 1];
    if (last === undefined || last.trim() === '' || last.length > MAX_HEADING) return 0;
    if (!/:[\s*-]*$/.test(last)) continue;
    if (!isAttribution(lines.slice(at, at + length))) continue;
    // Not the line before one.
    return length > 1 && attributionLength(lines, at + 1) === length - 1 ? 0 : length;
  }
  return 0;
}

function isAttribution(lines: readonly string[]): boolean {
  const heading = lines.join(' ');
  if (heading.length > MAX_HEADING) return false;
  return WROTE.some((pattern) => pattern.test(heading)) || (lines.length === 1 && SENDER_WROTE.test(heading));
}

/** `-----Original Message-----` and its like. */
const ORIGINAL =
  /^[\s>*]*[-_]{2,20}\s?(?:original message|reply message|ursprüngliche nachricht|originalnachricht|message d['’]origine|mensaje original|mensagem original|messaggio originale|oprindelig besked|oorspronkelijk bericht)\s?[-_]{2,20}\s*$/iu;
const FORWARDED =
  /^[\s>*]*(?:[-_]{2,20}\s?(?:forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht)\s?[-_]{2,20}|begin forwarded message\s?:|début du message transféré\s?:|anfang der weitergeleiteten nachricht\s?:)\s*$/iu;

/** Returns what a line announces: a mail that is answered, or one that is passed on. */
export function dividerAt(line: string): 'original' | 'forwarded' | undefined {
  if (line.length > MAX_HEADING) return undefined;
  if (ORIGINAL.test(line)) return 'original';
  return FORWARDED.test(line) ? 'forwarded' : undefined;
}

type Header = 'from' | 'sent' | 'date' | 'to' | 'cc' | 'subject';

/** The headers of a mail as programs write them above what they quote, in the languages they speak. */
const HEADERS: readonly (readonly [Header, RegExp])[] = [
  ['from', /^(?:from|von|de|van|da|från|fra|od|от)$/iu],
  ['sent', /^(?:sent|gesendet|envoyé|enviado|enviada em|inviato|verzonden|skickat|sendt|wysłano|отправлено)$/iu],
  ['date', /^(?:date|datum|fecha|data|dato|дата)$/iu],
  ['to', /^(?:to|an|à|para|a|aan|till|til|do|кому)$/iu],
  ['cc', /^(?:cc|kopie|copie|kopia)$/iu],
  ['subject', /^(?:subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема)$/iu],
];

export interface HeaderBlock {
  /** The number of lines that it takes. */
  readonly length: number;
  readonly values: Readonly<Partial<Record<Header, string>>>;
}

const MAX_HEADERS = 10;
const HEADER_LINE = /^\s{0,3}(\p{L}[\p{L} ]{0,12}?)\s{0,3}:\s?(.*)$/u;

/** The lines from here on that look like headers of a mail; one that is wrapped goes on indented. */
export function headersAt(lines: readonly string[], at: number): HeaderBlock {
  const values: Partial<Record<Header, string>> = {};
  let length = 0;
  for (; length < MAX_HEADERS; length++) {
    const line = lines[at + length];
    if (line === undefined || line.length > 2_000) break;
    const [, label, value = ''] = HEADER_LINE.exec(unmarked(line).replaceAll('*', '')) ?? [];
    const [header] = HEADERS.find(([, name]) => label !== undefined && name.test(label)) ?? [];
    if (header !== undefined) values[header] ??= value.trim();
    else if (length === 0 || !/^[\s>]*[ \t]{2,}\S/.test(line)) break;
  }
  return { length, values };
}

const TIME = /\d\D*\b\d{1,2}[:.h]\d{2}\b/;
const ADDRESS = /[^\s@<>]@[^\s@<>]/;

/** Returns true when headers are a mail's beyond doubt: from whom, when to the minute and about what, with an address or in the words and order of Outlook. */
export function isMailHeading({ values }: HeaderBlock): boolean {
  const { from, sent, date, to, subject } = values;
  if (from === undefined || subject === undefined || to === undefined || !TIME.test(sent ?? date ?? '')) return false;
  return ADDRESS.test(from) || /^from sent to (?:cc )?subject$/.test(Object.keys(values).join(' '));
}

/** Returns true when headers may be a mail's, or a customer's words: `From: Berlin` above `To: Paris`. */
export function mayBeMailHeading({ values }: HeaderBlock): boolean {
  return values.from !== undefined && Object.keys(values).length >= 2;
}

/** Returns true when marked lines begin as only a quoted mail does. */
export function beginsWithHeading(block: readonly string[]): boolean {
  const first = block.slice(0, 8).map(unmarked);
  const { values } = headersAt(first, 0);
  const headers = Object.keys(values).length;
  if (headers >= 3 || (headers === 2 && values.from !== undefined && values.subject !== undefined)) return true;
  return first.some((_, at) => attributionLength(first, at) > 0);
}
