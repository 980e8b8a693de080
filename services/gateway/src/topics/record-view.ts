import type { Headers, Incoming } from '@millrace/broker';
import { readJson, RECORD_DEPTH, utf8 } from '@millrace/contracts';
import type { Envelopes } from '@millrace/contracts/asyncapi';
import type { ContentView, RecordView } from '@millrace/contracts/http';
import { timeOf } from '../runs/shown.js';

interface Shown {
  readonly envelopes: Envelopes;
  readonly contentBytes: number;
  readonly isHidden: boolean;
}

const MOST_HEADERS = 100;

/** Shows a record: its place, its size, what it says where Millrace knows its topic, and what it holds unless that is hidden. */
export function recordView(record: Incoming, { envelopes, contentBytes, isHidden }: Shown): RecordView {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const envelope = envelopes.read(topic, {
    value,
    key: key === null ? undefined : utf8(key),
    header: (name) => textsOf(headers, name)[0],
  });
  const view: RecordView = {
    partition,
    offset,
    at: timeOf(timestamp),
    keyBytes: key?.length ?? 0,
    ...(value !== null && { valueBytes: value.length }),
    ...(envelope && { says: { items: [...envelope.items], total: envelope.total } }),
  };
  if (isHidden) return view;
  const shown = (bytes: Buffer): ContentView => contentView(bytes, contentBytes);
  return {
    ...view,
    ...(key !== null && { key: shown(key) }),
    ...(value !== null && { value: shown(value) }),
    headers: pairsOf(headers)
      .slice(0, MOST_HEADERS)
      .map(([name, bytes]) => ({ name, ...shown(bytes) })),
    ...(envelope?.fault !== undefined && { misfit: envelope.fault }),
  };
}

/** Tells whether a text is in a record's key, value or headers, in whatever case. */
export function holdsText(text: string): (record: Incoming) => boolean {
  const wanted = text.toLowerCase();
  const has = (bytes: Buffer | null): boolean =>
    bytes !== null && bytes.toString('utf8').toLowerCase().includes(wanted);
  return ({ key, value, headers }) => has(key) || has(value) || pairsOf(headers).some(([, bytes]) => has(bytes));
}

const pairsOf = (headers: Headers): (readonly [string, Buffer])[] =>
  Object.entries(headers).flatMap(([name, given]) => {
    if (given === undefined) return [];
    return (Buffer.isBuffer(given) ? [given] : given).map((bytes) => [name, bytes] as const);
  });

const textsOf = (headers: Headers, wanted: string): string[] =>
  pairsOf(headers).flatMap(([name, bytes]) => (name === wanted ? [bytes.toString('utf8')] : []));

/** Control characters but tabs and line breaks: bytes that somebody would rather see as bytes. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

function contentView(bytes: Buffer, most: number): ContentView {
  const text = utf8(bytes);
  if (text === undefined || CONTROL.test(text)) {
    const isCut = bytes.length > most;
    return { form: 'bytes', text: bytes.subarray(0, most).toString('base64'), ...(isCut && { cut: true }) };
  }
  const isJson = /^\s*[[{"\d\-tfn]/.test(text) && readJson(text, { maxDepth: RECORD_DEPTH }).fault === undefined;
  const kept = bytes.length > most ? cutText(bytes, most) : text;
  return { form: isJson ? 'json' : 'text', text: kept, ...(kept !== text && { cut: true }) };
}

/** Returns the text of the first bytes, without a half of a character at its end. */
function cutText(bytes: Buffer, most: number): string {
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
