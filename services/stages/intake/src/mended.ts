import { TransferDoubts } from './transfer-doubts.js';
import { decoded, isDecodable, strictUtf8 } from './charset.js';

/** A message whose headers a parser can read, and what was found out on the way. */
export interface Mended {
  readonly bytes: Uint8Array;
  /** The label of the text parts whose charset the parser does not know; they are labelled Windows-1252, which loses nothing. */
  readonly relabelled?: string;
  /** Boundaries of multiparts, one for each; undefined where a multipart names none. */
  readonly boundaries: readonly (string | undefined)[];
  /** Set when the text is `format=flowed`: its lines are then joined here, as the parser joins answers to what they answer. */
  readonly flowed?: { readonly delSp: boolean };
  /** True when a part is one of several forms of the same text. */
  readonly alternative: boolean;
  /** The doubts about text parts that could not be decoded whole, in sentences for people. */
  readonly doubts: readonly string[];
}

const CONTENT_TYPE = /^content-type\s*:/i;
const CHARSET = /[;\s]charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^;\s]*))/i;
const FLOWED = /([;\s])format(\s*=\s*"?flowed\b)/i;
const DELSP = /[;\s]delsp\s*=\s*"?yes"?/i;
const PART_HEADER = /^content-[a-z-]{1,40}\s*:/i;

/**
 * Makes headers readable that were written without regard to the standards: bytes beyond ASCII are decoded by the charset
 * that is declared, and text parts get a charset that the parser knows.
 */
export function mended(message: Uint8Array): Mended {
  // Each character is one byte.
  const lines = Buffer.from(message).toString('latin1').split('\n');
  const mending = new Mending(declaredCharset(lines));
  let state: 'headers' | 'part' | 'body' = 'headers';
  let at = 0;
  for (let line = lines[at]; line !== undefined; line = lines[at]) {
    if (line === '' || line === '\r') {
      if (state === 'headers') mending.endHeaders(lines, at);
      state = 'body';
    } else if (state === 'body') {
      if (/^--\S/.test(line)) {
        mending.endBody();
        state = 'part';
      } else mending.body(line);
    } else {
      const end = folded(lines, at);
      if (state === 'headers' || PART_HEADER.test(line)) mending.header(lines, at, end);
      at = end;
      continue;
    }
    at++;
  }
  if (state === 'headers') mending.endHeaders(lines, lines.length);
  mending.endBody();
  return mending.mended(lines);
}

/** Returns the end of the header that begins at a line. */
function folded(lines: readonly string[], at: number): number {
  let end = at + 1;
  while (/^[ \t]+[^\s]/.test(lines[end] ?? '')) end++;
  return end;
}

/** The charset that the message as a whole is labelled with. */
function declaredCharset(lines: readonly string[]): string {
  const end = lines.findIndex((line) => line === '' || line === '\r');
  const headers = lines.slice(0, end < 0 ? lines.length : end).join('\n');
  const [, type = ''] = /^content-type\s*:([^\n]*(?:\n[ \t][^\n]*)*)/im.exec(headers) ?? [];
  return (
    CHARSET.exec(type)
      ?.slice(1)
      .find((label) => label !== undefined) ?? ''
  );
}

class Mending {
  private readonly boundaries: (string | undefined)[] = [];
  private readonly loose = new Set<string>();
  private firm = false;
  private alternative = false;
  private typed = false;
  private readonly transfer = new TransferDoubts();
  /** The formats of the plain text parts. */
  private readonly formats = new Set<'fixed' | 'flowed' | 'delsp'>();

  constructor(private readonly declared: string) {}

  header(lines: string[], from: number, to: number): void {
    let header = lines.slice(from, to).join('\n');
    this.transfer.header(header);
    if (CONTENT_TYPE.test(header)) header = this.contentType(header);
    header = withReadableWords(header);
    if (/[\u0080-\u00ff]/.test(header)) header = inUtf8(header, this.declared);
    const mended = header.split('\n');
    for (let at = from; at < to; at++) lines[at] = mended[at - from] ?? '';
  }

  body(line: string): void {
    this.transfer.body(line);
  }

  endBody(): void {
    this.transfer.end();
  }

  /** A message without a content type is text, of a charset that it does not name. */
  endHeaders(lines: string[], at: number): void {
    if (this.typed) return;
    this.loose.add('');
    lines[at] = `Content-Type: text/plain; charset=windows-1252\r\n${lines[at] ?? ''}`;
  }

  mended(lines: readonly string[]): Mended {
    const [label] = this.loose;
    const [format = 'fixed'] = this.formats.size === 1 ? this.formats : [];
    return {
      bytes: Buffer.from(lines.join('\n'), 'latin1'),
      ...(label !== undefined && !this.firm && { relabelled: label }),
      ...(format !== 'fixed' && { flowed: { delSp: format === 'delsp' } }),
      boundaries: this.boundaries,
      alternative: this.alternative,
      doubts: [...this.transfer.doubts],
    };
  }

  private contentType(given: string): string {
    this.typed = true;
    const header = given.replace(FLOWED, '$1x-format$2');
    const type = /:\s*"?([\w.+/-]*)/.exec(header)?.[1]?.toLowerCase() ?? '';
    if (type.startsWith('multipart/')) {
      const named = /[;\s]boundary\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(header);
      if (!/boundary\*/i.test(header)) this.boundaries.push(named?.[1] ?? named?.[2]);
      if (type === 'multipart/alternative') this.alternative = true;
    }
    if (!type.startsWith('text/') && type.includes('/')) return header;
    if (type === 'text/plain') this.formats.add(header === given ? 'fixed' : DELSP.test(given) ? 'delsp' : 'flowed');
    const label = CHARSET.exec(header);
    const charset = (label?.[1] ?? label?.[2] ?? label?.[3] ?? '').trim();
    if (isDecodable(charset)) {
      this.firm = true;
      return header;
    }
    this.loose.add(charset);
    if (label !== null) return header.replace(label[0], `${label[0].slice(0, 1)}charset=windows-1252`);
    return header.replace(/;?\s*$/, (end) => `; charset=windows-1252${end.includes('\r') ? '\r' : ''}`);
  }
}

/** Encoded words with raw bytes in them, or in a charset that the parser does not know, are written anew. */
function withReadableWords(header: string): string {
  return header.replace(
    /=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([qb])\?([^?]{0,2000})\?=/gi,
    (word, charset: string, ...[encoding = '', content = '']: string[]) => {
      if (isDecodable(charset) && !/[\u0080-\u00ff]/.test(content)) return word;
      const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : bytesOfWord(content);
      return `=?utf-8?b?${Buffer.from(decoded(bytes, charset)).toString('base64')}?=`;
    },
  );
}

function bytesOfWord(content: string): Uint8Array {
  const plain = content
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}

/** A header of raw bytes, each a character, in UTF-8: by the charset that one of its encoded words declares, or the message, else Windows-1252. */
function inUtf8(header: string, declared: string): string {
  const bytes = Buffer.from(header, 'latin1');
  if (strictUtf8(bytes) !== undefined) return header;
  const [, word = declared] = /=\?([^?\s*]{1,40})[?*]/.exec(header) ?? [];
  const label = /^utf-?8$/i.test(word) ? '' : word;
  return Buffer.from(decoded(bytes, label)).toString('latin1');
}
