import type { Outgoing } from '@millrace/broker';

/** An answer as text, to be kept with the decision until it is published. */
export function answerText(records: readonly Outgoing[]): string {
  return JSON.stringify(records, (_, value: unknown) =>
    isBufferJson(value) ? { $base64: Buffer.from(value.data).toString('base64') } : value,
  );
}

export function answerOf(text: string): readonly Outgoing[] {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && '$base64' in value && typeof value.$base64 === 'string'
      ? Buffer.from(value.$base64, 'base64')
      : value,
  ) as readonly Outgoing[];
}

/** A Buffer has become this before a replacer sees it. */
const isBufferJson = (value: unknown): value is { type: 'Buffer'; data: number[] } =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
