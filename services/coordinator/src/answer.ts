import type { Outgoing } from '@millrace/broker';

type Text = string | Buffer | null | undefined | readonly (string | Buffer)[];

/** An answer as text, to be kept with the decision until it is published. Nearly all of it is text already; bytes are marked. */
export function answerText(records: readonly Outgoing[]): string {
  return JSON.stringify(
    records.map((record) => ({
      ...record,
      key: marked(record.key),
      value: marked(record.value),
      ...(record.headers && { headers: mapped(record.headers, marked) }),
    })),
  );
}

export function answerOf(text: string): readonly Outgoing[] {
  return (JSON.parse(text) as Outgoing[]).map((record) => ({
    ...record,
    key: unmarked(record.key) as Outgoing['key'],
    value: unmarked(record.value) as Outgoing['value'],
    ...(record.headers && { headers: mapped(record.headers, unmarked) as Outgoing['headers'] }),
  }));
}

const mapped = (headers: Readonly<Record<string, Text>>, change: (value: Text) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));

function marked(value: Text): unknown {
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') };
  return Array.isArray(value) ? value.map(marked) : value;
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  return isMarked(value) ? Buffer.from(value.base64, 'base64') : value;
}

const isMarked = (value: unknown): value is { base64: string } =>
  typeof value === 'object' && value !== null && 'base64' in value;
