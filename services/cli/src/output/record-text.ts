import type { ContentView, RecordView } from '@millrace/client';
import { oneLine, plain } from './terminal.js';

const ROW = 16;

/** One record for people: its place, its headers, and its value as indented JSON, as text or in hexadecimal. */
export function recordText(topic: string, record: RecordView): string {
  const { partition, offset, at, key, value, valueBytes, headers = [], says, misfit } = record;
  const events = says?.items.map(({ type, run, step }) => [type, run, step].filter(Boolean).join(' ')) ?? [];
  const more = says && says.total > says.items.length ? [`and ${says.total - says.items.length} more`] : [];
  const lines = [
    `${topic}/${partition}/${offset}  ${at}`,
    key && `key    ${oneLine(key.text)}`,
    ...headers.map(({ name, text }) => `header ${oneLine(name)}: ${oneLine(text)}`),
    ...[...events, ...more].map((event) => `says   ${oneLine(event)}`),
    misfit && `does not fit its topic: ${oneLine(misfit)}`,
    valueBytes === undefined ? 'no value' : `value  ${valueBytes} bytes`,
    value && contentText(value),
  ];
  return lines.filter(Boolean).join('\n');
}

function contentText({ form, text, cut }: ContentView): string {
  if (form === 'bytes') return hexRows(Buffer.from(text, 'base64'));
  if (form === 'json' && !cut) return plain(JSON.stringify(JSON.parse(text), null, 2));
  return plain(text) + (cut ? '…' : '');
}

/** Rows of an offset, sixteen bytes, and their printable characters. */
function hexRows(bytes: Buffer): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW) {
    const row = bytes.subarray(at, at + ROW);
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = [...row].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${at.toString(16).padStart(6, '0')}  ${hex.padEnd(ROW * 3 - 1)}  ${letters}`);
  }
  return rows.join('\n');
}
