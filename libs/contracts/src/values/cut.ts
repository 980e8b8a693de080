import { isText } from './values.js';

const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** UTF-16 units around a cut that are looked at. What a person sees as one character is hardly ever longer. */
const WINDOW = 128;

/**
 * Returns the beginning of a text, at most `max` UTF-16 units, as a text that can be stored: cut between what people see as
 * characters (no half of an emoji, no letter without its accents), without NUL. With `end` (`…`), that is put where something
 * was cut, within `max`.
 */
export function cut(text: string, max: number, end = ''): string {
  const kept = text.length <= max ? text : text.slice(0, placeOfCut(text, Math.max(0, max - end.length))) + end;
  return isText(kept) ? kept : kept.toWellFormed().replaceAll('\0', '\ufffd');
}

/** The last place up to `most` at which a character ends. Of one that is longer than the window, some code points are left out. */
function placeOfCut(text: string, most: number): number {
  const from = windowBefore(text, most);
  const found = characters.segment(text.slice(from, most + WINDOW)).containing(most - from);
  if (found === undefined) return most;
  return found.index > 0 || from === 0 ? from + found.index : wholeCodePoint(text, most);
}

/** A place not far before the cut at which a character begins: between two letters of ASCII, if there are any. */
function windowBefore(text: string, most: number): number {
  const earliest = Math.max(0, most - WINDOW);
  for (let at = most; at > earliest; at--) if (isAscii(text, at) && isAscii(text, at - 1)) return at - 1;
  return wholeCodePoint(text, earliest);
}

function isAscii(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code > 0x1f && code < 0x7f;
}

function wholeCodePoint(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return at > 0 && code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
