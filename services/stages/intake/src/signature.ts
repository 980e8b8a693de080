const DASHES = /^--\s*$/;

const DEVICE =
  /^(?:sent|gesendet|envoyé|enviado|inviato|verzonden|verstuurd|sendt|skickat|von) (?:from|via|with|von|mit|depuis|de|desde|da|van|vanaf|fra|från|meinem)\s?(?:my |the |all-new |mon |ma |mi |mio |meinem |mijn |min |meiner )*(?:iphone|ipad|android|samsung|galaxy|huawei|pixel|blackberry|windows phone|mobile|handy|smartphone|phone|yahoo|aol|outlook|mail|gmail|proton ?mail|gmx|web\.de|t-mobile|xperia)(?:[ ,.]{1,2}(?:mobile|device|phone|app|mail|for|für|pour|per|para|voor|on|auf|ios|iphone|ipad|android|windows|mac|os|smartphone|tablet|galaxy|gesendet|\d{1,3}))*[.!]?$/iu;
const GET_OUTLOOK = /^get outlook for (?:ios|android|mac)(?: ?<\S{1,200}>)?$/i;

/** Says something to a reader: four words or more, with an end. */
const SENTENCE = /(?:\S+\s+){3,}\S*\p{L}\S{0,3}(?:(?<!\.)[.?!]|[?!]+)["')]?\s*$/u;
/** The same without its end: "please close my account". */
const RUNNING_WORDS = /(?:^|\s)(?:\p{Ll}[\p{L}’']*\s+){3,}\p{Ll}/u;
const saysSomething = (line: string): boolean => SENTENCE.test(line) || RUNNING_WORDS.test(line);
const MAX_LINES = 20;
const MAX_LINE = 200;

/** Returns true when a line says which device the mail was written on, and nothing else. */
export function namesDevice(line: string): boolean {
  const words = line.trim();
  return words.length <= 80 && (DEVICE.test(words) || GET_OUTLOOK.test(words));
}

export const beginsSignature = (line: string): boolean => DASHES.test(line);

/** Returns true when the lines under `--` are a name, an address, a motto. Where one of them is a sentence it may be for us: "PS: please block the card, too." */
export function isSignature(lines: readonly string[]): boolean {
  const written = lines.filter((line) => line.trim() !== '');
  return written.length <= MAX_LINES && written.every((line) => line.length <= MAX_LINE && !saysSomething(line));
}
