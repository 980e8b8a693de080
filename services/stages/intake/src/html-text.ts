import { Parser } from 'htmlparser2';

/** Elements whose content is not for reading. */
const UNREAD = new Set(['script', 'style', 'head', 'title', 'template', 'noscript', 'iframe', 'object', 'svg']);
const BLOCKS = new Set(
  'p div hr tr table ul ol li h1 h2 h3 h4 h5 h6 blockquote section article header footer main nav aside pre address dl dt dd form center'.split(' '),
); // prettier-ignore
/** Blocks that readers see with an empty line around them. */
const SPACED = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']);

/** Elements that are open at once. Browsers flatten what is deeper, too; the parser's time grows with depth. */
const MAX_DEPTH = 500;
const MAX_QUOTES = 9;

const INVISIBLE =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0+)?(?![.\d])|font-size\s*:\s*0+(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:!|;|$))/i;
const NO_SIZE = /(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*0(?:px|pt|em|%)?\s*(?:!|;|$)/i;
const NO_OVERFLOW = /(?:^|;)\s*overflow\s*:\s*hidden/i;

/** The text of an HTML mail, and whether all of the mail was read: what a comment, a style or a tag without an end swallows is lost. */
export interface PageText {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Returns what a reader of an HTML mail sees, line by line; quoted mails (`blockquote`) get the `>` that they have in plain text. */
export function htmlToText(html: string): PageText {
  const page = new Page();
  for (let from = 0; from < html.length;) from += page.read(html.slice(from));
  return { text: page.text(), isWhole: !page.hasLost && !endsWithin(html) };
}

/** Returns true when a comment or a tag is open where the text ends. */
function endsWithin(html: string): boolean {
  if (html.lastIndexOf('<!--') > html.lastIndexOf('-->')) return true;
  const last = html.lastIndexOf('<');
  return last > html.lastIndexOf('>') && /^<[a-z!/?]/i.test(html.slice(last, last + 2));
}

type Attributes = Readonly<Record<string, string>>;

function isHidden(name: string, { hidden, style, type }: Attributes): boolean {
  if (UNREAD.has(name) || hidden !== undefined || (name === 'input' && type === 'hidden')) return true;
  if (style === undefined) return false;
  return INVISIBLE.test(style) || (NO_SIZE.test(style) && NO_OVERFLOW.test(style));
}

class Page {
  /** True when an element that is not for reading had no end of its own. */
  hasLost = false;
  private readonly lines: string[] = [];
  private line = '';
  /** In front of the next line that has something in it. */
  private bullet = '';
  private quotes = 0;
  private preformatted = 0;
  private depth = 0;
  /** The depth of the outermost hidden element. */
  private hiddenAt = Infinity;

  /** Reads as far as elements are not nested too deeply, and returns how many characters that was. */
  read(html: string): number {
    this.quotes = this.preformatted = this.depth = 0;
    this.hiddenAt = Infinity;
    let end = html.length;
    let isEnd = false;
    const parser = new Parser({
      ontext: (text) => this.add(text),
      onopentag: (name, attributes) => {
        this.open(name, attributes);
        if (this.depth <= MAX_DEPTH) return;
        end = parser.endIndex + 1;
        parser.pause();
      },
      onclosetag: (name, isImplied) => {
        if (isImplied && this.depth === this.hiddenAt && (UNREAD.has(name) || isEnd)) this.hasLost = true;
        this.close(name);
      },
    });
    parser.write(html);
    isEnd = true;
    if (end === html.length) parser.end();
    return end;
  }

  text(): string {
    this.endLine();
    return this.lines
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
  }

  private open(name: string, attributes: Attributes): void {
    this.depth++;
    if (this.depth < this.hiddenAt && isHidden(name, attributes)) this.hiddenAt = this.depth;
    if (this.depth >= this.hiddenAt) return;
    if (BLOCKS.has(name)) this.block(name);
    if (name === 'br') this.endLine();
    else if (name === 'blockquote') this.quotes++;
    else if (name === 'pre') this.preformatted++;
    else if (name === 'li') this.bullet = '- ';
    else if (name === 'td' || name === 'th') this.line += ' ';
  }

  private close(name: string): void {
    const wasHidden = this.depth >= this.hiddenAt;
    if (this.depth === this.hiddenAt) this.hiddenAt = Infinity;
    this.depth--;
    if (wasHidden) return;
    if (BLOCKS.has(name)) this.block(name);
    if (name === 'blockquote') this.quotes = Math.max(0, this.quotes - 1);
    else if (name === 'pre') this.preformatted = Math.max(0, this.preformatted - 1);
    else if (name === 'li') this.bullet = '';
  }

  private add(text: string): void {
    if (this.depth >= this.hiddenAt) return;
    if (this.preformatted === 0) {
      this.line += text;
      return;
    }
    const [first, ...rest] = text.split(/\r\n|\n|\r/);
    this.line += first;
    for (const next of rest) {
      this.endLine();
      this.line = next;
    }
  }

  /** Begins a new line, after an empty line where `name` asks for one. */
  private block(name: string): void {
    if (/\S/.test(this.line)) this.endLine();
    this.line = '';
    if (SPACED.has(name) && this.bullet === '') this.lines.push(this.marks());
  }

  private endLine(): void {
    const shown = this.line.replace(/\u00ad/g, '').replace(/\u00a0/g, ' ');
    const words = this.preformatted > 0 ? shown.trimEnd() : shown.replace(/[ \t\n\r\f]+/g, ' ').trim();
    if (words !== '') {
      this.lines.push(this.marks() + (this.marks() && ' ') + this.bullet + words);
      this.bullet = '';
    } else this.lines.push(this.marks());
    this.line = '';
  }

  private marks(): string {
    return '>'.repeat(Math.min(this.quotes, MAX_QUOTES));
  }
}
