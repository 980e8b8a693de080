/** The length of the pieces of a text that grammars read, because their time grows faster than the text. */
const WINDOW = 1_000;

export interface Window {
  /** The offset in the text at which it begins. */
  readonly start: number;
  readonly text: string;
}

/** A text in pieces of bounded length, cut between paragraphs where there are some, else between lines or words. */
export function windowsOf(text: string, longest = WINDOW): readonly Window[] {
  const windows: Window[] = [];
  for (let start = 0; start < text.length;) {
    const end = start + longest >= text.length ? text.length : cutBefore(text, start, start + longest);
    windows.push({ start, text: text.slice(start, end) });
    start = end;
  }
  return windows;
}

/** The last good place to cut, in the second half of the piece. */
function cutBefore(text: string, start: number, end: number): number {
  const half = start + Math.floor((end - start) / 2);
  for (const mark of ['\n\n', '\n', '. ', ' ']) {
    const at = text.lastIndexOf(mark, end - mark.length);
    if (at >= half) return at + mark.length;
  }
  // Not between the halves of a character.
  return /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
}
