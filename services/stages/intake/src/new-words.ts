import { mayAnswerBelow, pointsBelow } from './answer-below.js';
import {
  attributionLength,
  beginsWithHeading,
  dividerAt,
  type HeaderBlock,
  headersAt,
  isMailHeading,
  isMarked,
  mayBeMailHeading,
} from './quote-marks.js';
import { beginsSignature, isSignature, namesDevice } from './signature.js';

/** A mail that a mail passes on. */
export interface Forwarded {
  readonly from?: string;
  readonly subject?: string;
  readonly date?: string;
  readonly text: string;
}

export interface Words {
  /** The writer's own words; the whole text where there are none. */
  readonly text: string;
  /** The parts that were cut, in order. */
  readonly leftOut: readonly string[];
  readonly forwarded: readonly Forwarded[];
  /** True when something was kept that may be somebody else's words, or cut with them. */
  readonly uncertain: boolean;
}

/**
 * Tells the words that are new in a message from the mails it quotes and its signature. Something is cut where two things say
 * so (an attribution and marked lines under it; a whole block of headers), else kept, and `uncertain`.
 */
export function newWords(text: string): Words {
  const reading = new Reading(text.replaceAll('\r\n', '\n').split('\n'));
  for (let at = 0; at < reading.lines.length;) at += reading.take(at);
  return reading.words();
}

class Reading {
  private readonly own: string[] = [];
  private readonly cut: string[] = [];
  private readonly forwarded: Forwarded[] = [];
  private uncertain = false;
  /** True when a quote has been seen that is one beyond doubt: other marked lines are then quoted, too. */
  private quotes = false;

  constructor(readonly lines: readonly string[]) {}

  private line(at: number): string {
    return this.lines[at] ?? '';
  }

  /** Takes what begins at a line and returns how many lines that was. */
  take(at: number): number {
    const line = this.line(at);
    if (isMarked(line)) return this.takeMarked(at);
    return this.takeAttribution(at) || this.takeMail(at) || this.takeSignature(at) || this.keep(at, 1);
  }

  words(): Words {
    const text = joined(this.own);
    const whole = this.lines.join('\n').trim();
    if (text === '' || this.cut.length === 0) {
      return {
        text: whole,
        leftOut: [],
        forwarded: this.forwarded,
        uncertain: this.uncertain || (text === '' && whole !== ''),
      };
    }
    const leftOut = this.cut.map((part) => part.trim()).filter((part) => part !== '');
    const uncertain = this.uncertain || this.forwarded.length > 0;
    return { text, leftOut, forwarded: this.forwarded, uncertain };
  }

  private keep(at: number, length: number): number {
    for (const line of this.lines.slice(at, at + length)) this.own.push(line.trimEnd());
    return length;
  }

  private leave(at: number, length: number): number {
    this.cut.push(this.lines.slice(at, at + length).join('\n'));
    return length;
  }

  /** Marked lines with nothing between them but empty ones. */
  private takeMarked(at: number): number {
    let end = at + 1;
    for (let next = end; next < this.lines.length; next++) {
      if (isMarked(this.line(next))) end = next + 1;
      else if (this.line(next).trim() !== '') break;
    }
    const block = this.lines.slice(at, end);
    if (this.quotes ? isSpaced(block) : beginsWithHeading(block)) {
      this.quotes = true;
      return this.leave(at, block.length);
    }
    this.uncertain = true;
    return this.keep(at, block.length);
  }

  private takeAttribution(at: number): number {
    const length = attributionLength(this.lines, at);
    if (length === 0) return 0;
    const under = this.nextWritten(at + length);
    if (under !== undefined && isMarked(this.line(under))) {
      this.quotes = true;
      return this.leave(at, length);
    }
    this.uncertain = true;
    return this.keep(at, length);
  }

  /** A mail under a divider or its own headers, without marks: it goes on to the end, unless the writer may have answered under it. */
  private takeMail(at: number): number {
    const divider = dividerAt(this.line(at));
    const from = divider === undefined ? at : this.nextWritten(at + 1);
    if (from === undefined) return 0;
    const heading = headersAt(this.lines, from);
    const rest = this.lines.length - at;
    if (divider === 'forwarded' && heading.length > 0) {
      this.forwarded.push(forwardedMail(this.lines, from, heading));
      return this.leave(at, rest);
    }
    const isMail = divider === undefined ? isMailHeading(heading) : heading.values.from !== undefined;
    if (isMail) return this.hasAnswer(from + heading.length) ? this.doubt(at, rest) : this.leave(at, rest);
    if (divider !== undefined || mayBeMailHeading(heading)) this.uncertain = true;
    return divider === undefined ? 0 : this.keep(at, 1);
  }

  /** Returns true when the writer may go on under the mail that begins above this line. */
  private hasAnswer(from: number): boolean {
    return pointsBelow(this.own) || mayAnswerBelow(this.lines, from);
  }

  private doubt(at: number, length: number): number {
    this.uncertain = true;
    return this.keep(at, length);
  }

  private takeSignature(at: number): number {
    const line = this.line(at);
    if (namesDevice(line)) {
      const under = this.nextWritten(at + 1);
      return under === undefined || this.endsWords(under) ? this.leave(at, 1) : 0;
    }
    if (!beginsSignature(line)) return 0;
    let end = at + 1;
    while (end < this.lines.length && !this.endsWords(end)) end++;
    if (!isSignature(this.lines.slice(at + 1, end))) return 0;
    // Whoever has two signatures may be dividing what they write.
    const isDivider = end < this.lines.length && beginsSignature(this.line(end));
    return isDivider ? this.doubt(at, end - at) : this.leave(at, end - at);
  }

  /** Returns true when a quoted mail or a signature begins here. */
  private endsWords(at: number): boolean {
    const line = this.line(at);
    if (isMarked(line) || beginsSignature(line) || dividerAt(line) !== undefined) return true;
    return attributionLength(this.lines, at) > 0 || isMailHeading(headersAt(this.lines, at));
  }

  /** The next line with something in it, not far from here. */
  private nextWritten(from: number): number | undefined {
    for (let at = from; at < Math.min(this.lines.length, from + 10); at++) {
      if (this.line(at).trim() !== '') return at;
    }
    return undefined;
  }
}

/** Marked as mail programs do it (`> quoted`), not as a customer writes `>500 EUR`. */
function isSpaced(block: readonly string[]): boolean {
  return block.every((line) => /^\s{0,3}>+(?:\s|$)/.test(line)) || block.length > 2;
}

function forwardedMail(lines: readonly string[], from: number, { length, values }: HeaderBlock): Forwarded {
  const { from: sender, subject, date = values.sent } = values;
  return {
    ...(sender !== undefined && { from: sender }),
    ...(subject !== undefined && { subject }),
    ...(date !== undefined && { date }),
    text: joined(lines.slice(from + length)),
  };
}

function joined(lines: readonly string[]): string {
  return lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
