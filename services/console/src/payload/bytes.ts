/** The most bytes that are shown; a record may hold a megabyte. */
const MOST = 32_768;
const ROW = 16;

/** Reads base64. */
export const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

const note = (bytes: Uint8Array): string => (bytes.length > MOST ? `\n… ${bytes.length - MOST} more bytes` : '');

/** Shows bytes as text; what is no UTF-8 is shown as replacement characters. */
export const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.slice(0, MOST)) + note(bytes);

/** Shows bytes as indented JSON, or says that they are none. */
export function asJson(bytes: Uint8Array): string {
  try {
    const text = JSON.stringify(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), null, 2);
    return text.length > MOST ? `${text.slice(0, MOST)}\n… ${text.length - MOST} more characters` : text;
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`;
  }
}

/** Shows bytes as rows of an offset, sixteen bytes, and their printable characters. */
export function asHex(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, MOST); at += ROW) {
    const row = [...bytes.slice(at, at + ROW)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(ROW * 3 - 1)}  ${text}`);
  }
  return rows.join('\n') + note(bytes);
}
