const BASE64_LINE = /^[A-Za-z0-9+/]*={0,2}\s*$/;
const READ = new Set(['', '7bit', '8bit', 'binary', 'base64', 'quoted-printable']);
const UUENCODED = /^(?:x-)?(?:uu|yenc|binhex|mac-binhex)/;

/** Looks at the encodings in which the parts of a mail are transferred: what is broken there is decoded to less than was written. */
export class TransferDoubts {
  readonly doubts = new Set<string>();
  private encoding = '';
  private isText = true;
  private length = 0;
  private isBroken = false;
  private isPadded = false;

  header(header: string): void {
    const [, name = '', value = ''] = /^(content-[\w-]+)\s*:\s*"?([\w./+-]*)/i.exec(header) ?? [];
    if (name.toLowerCase() === 'content-type')
      this.isText = value === '' || /^text(?:\/|$)/i.test(value) || !value.includes('/');
    if (name.toLowerCase() !== 'content-transfer-encoding') return;
    this.encoding = value.toLowerCase();
    if (UUENCODED.test(this.encoding) && !READ.has(this.encoding))
      this.doubts.add('It is encoded in a way that is not read.');
  }

  body(line: string): void {
    if (this.encoding !== 'base64') return;
    const text = line.trim();
    // After padding nothing more is decoded.
    this.isBroken ||= !BASE64_LINE.test(text) || (this.isPadded && text !== '');
    this.isPadded ||= text.endsWith('=');
    this.length += text.length;
  }

  /** Ends the part: another one follows. */
  end(): void {
    const isShort = this.encoding === 'base64' && this.length % 4 !== 0;
    if (this.isText && (this.isBroken || isShort))
      this.doubts.add('Its text is encoded as base64, and the encoding is damaged.');
    this.encoding = '';
    this.isText = true;
    this.length = 0;
    this.isBroken = this.isPadded = false;
  }
}
