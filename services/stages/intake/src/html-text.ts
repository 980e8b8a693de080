const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', euro: '€', pound: '£', yen: '¥', cent: '¢', copy: '©', reg: '®',
  hellip: '…', ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', bull: '•', middot: '·', shy: '',
  auml: 'ä', ouml: 'ö', uuml: 'ü', Auml: 'Ä', Ouml: 'Ö', Uuml: 'Ü', szlig: 'ß', eacute: 'é', egrave: 'è', agrave: 'à', ccedil: 'ç',
}; // prettier-ignore

/** Elements whose content is not for reading. */
const UNREAD = new Set(['script', 'style', 'head', 'title', 'template', 'noscript']);
const BLOCK =
  /^(?:p|div|br|hr|tr|table|ul|ol|li|h[1-6]|blockquote|section|article|header|footer|pre|address|dl|dt|dd)$/;

/** What a reader of an HTML mail sees, line by line; quoted mails (`blockquote`) get the `>` that they have in plain text. */
export function htmlToText(html: string): string {
  const lines: string[] = [];
  let line = '';
  let quotes = 0;
  const endLine = () => {
    lines.push(('> '.repeat(Math.min(quotes, 9)) + line.replace(/[ \t\n\r]+/g, ' ').trim()).trimEnd());
    line = '';
  };
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    line += decoded(html.slice(at, open < 0 ? html.length : open));
    if (open < 0) break;
    if (html.startsWith('<!--', open)) {
      at = after(html, '-->', open);
      continue;
    }
    const [tag] = /^<\/?[a-z][a-z0-9]{0,20}/i.exec(html.slice(open, open + 24)) ?? [];
    if (tag === undefined) {
      if (html[open + 1] === '!' || html[open + 1] === '?') at = after(html, '>', open);
      else {
        line += '<';
        at = open + 1;
      }
      continue;
    }
    at = after(html, '>', open);
    const closing = tag[1] === '/';
    const name = tag.slice(closing ? 2 : 1).toLowerCase();
    if (!closing && UNREAD.has(name)) at = afterElement(html, name, at);
    else if (BLOCK.test(name)) {
      if (line.trim() !== '' || name === 'br' || name === 'p') endLine();
      if (name === 'blockquote') quotes = Math.max(0, quotes + (closing ? -1 : 1));
      if (name === 'li' && !closing) line = '- ';
    } else if (name === 'td' || name === 'th') line += ' ';
  }
  endLine();
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function after(html: string, end: string, from: number): number {
  const at = html.indexOf(end, from);
  return at < 0 ? html.length : at + end.length;
}

function afterElement(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}[\\s>]`, 'gi');
  end.lastIndex = from;
  const found = end.exec(html);
  return found === null ? html.length : after(html, '>', found.index);
}

function decoded(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));?/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name] ?? ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
    },
  );
}
