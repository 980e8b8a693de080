const QUOTES = /^>*/;

/**
 * Joins the lines of `format=flowed` text (RFC 3676): one that ends in a space goes on in the next, if that is quoted as
 * deeply. With `delSp` the space itself is no part of the text.
 */
export function unflowed(text: string, delSp: boolean): string {
  const lines: string[] = [];
  let parts: string[] = [];
  let depth = -1;
  const end = () => {
    if (depth >= 0) lines.push('>'.repeat(depth) + (depth > 0 ? ' ' : '') + parts.join(''));
    parts = [];
    depth = -1;
  };
  for (const line of text.split(/\r?\n/)) {
    const quotes = QUOTES.exec(line)?.[0].length ?? 0;
    const content = line.slice(quotes).replace(/^ /, '');
    if (quotes !== depth || content === '-- ') end();
    depth = quotes;
    if (content.endsWith(' ') && content !== '-- ') parts.push(delSp ? content.slice(0, -1) : content);
    else {
      parts.push(content);
      end();
    }
  }
  end();
  return lines.join('\n');
}
